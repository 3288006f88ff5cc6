#include "watcher.hpp"

#include "as_result.hpp"
#include <fanio/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <charconv>
#include <chrono>

namespace soak {

namespace {

using fanio::event_mask;

} // namespace

asio::awaitable<void> watcher::run()
{
  fanio::event_buffer buffer(16 * 1024);
  asio::steady_timer timer(context_);
  while (!ends_ || (group_.is_open() && group_.queued() > 0))
  {
    if (std::exchange(pauses_, false) && !ends_)
    {
      while (!ends_ && group_.is_open() && group_.queued() < most_queued_)
      {
        timer.expires_after(std::chrono::milliseconds(20));
        co_await timer.async_wait(as_result);
      }
      continue; // it may be the end by now, with nothing left that could come
    }
    if (!group_.is_open())
    {
      open();
    }
    const auto [ec, events] = co_await group_.async_read_events(buffer, as_result);
    failures_ += ec && ec != asio::error::operation_aborted ? 1U : 0U;
    left_in_buffer_ = events.size();
    for (const fanio::event_view e : events)
    {
      --left_in_buffer_;
      look_at(e);
    }
  }
  // The last ones may be what was lost.
  for (std::size_t i = 0; i < workers::count; ++i)
  {
    note(i, workers_.made_by(i) + 1);
  }
  group_.close();
}

void watcher::open()
{
  group_.open({.flags = fanio::init_flags::report_dfid_name});
  group_.add_mark(
      mount_, event_mask::create | event_mask::move | event_mask::close_write | event_mask::delete_,
      fanio::mark_target::filesystem);
  ++gaps_;
  covered_ = 0;
}

void watcher::look_at(const fanio::event_view& e)
{
  ++events_;
  // There is one overflow event a group: while it is queued it also stands for what is lost behind
  // it. So whatever was queued when it was read may have gaps in between.
  if (covered_ > 0)
  {
    --covered_;
    ++gaps_;
  }
  if (e.is_overflow())
  {
    ++overflows_;
    ++gaps_;
    // What was lost while the queue was full lies before the first event that came after it, too.
    covered_ = group_.queued() + left_in_buffer_ + 1;
    return;
  }
  const auto name = e.name().value_or("");
  if (has_any(e.mask(), event_mask::create))
  {
    std::size_t worker = 0;
    std::uint32_t number = 0;
    const char* const end = name.data() + name.size();
    const auto [dash, error] = std::from_chars(name.data(), end, worker);
    const bool is_counted = error == std::errc() && dash != end && worker < workers::count &&
                            std::from_chars(dash + 1, end, number).ec == std::errc();
    failures_ += is_counted ? 0 : 1;
    if (is_counted)
    {
      note(worker, number);
    }
  }
}

/// What lies between was not told: then there was a gap since, or it is a loss that nobody told.
void watcher::note(std::size_t worker, std::uint32_t number)
{
  auto& one = seen_[worker];
  if (number > one.last + 1)
  {
    const auto lost = number - one.last - 1;
    missed_ += lost;
    unannounced_ += one.gaps == gaps_ ? lost : 0;
  }
  one = {.last = number, .gaps = gaps_};
}

void watcher::cancel()
{
  fanio::error_code ignored;
  group_.cancel(ignored);
}

void watcher::reopen()
{
  gaps_ += group_.is_open() ? 1U : 0U; // what is queued is gone, also if nothing comes after it
  group_.close();
}

} // namespace soak

#include "guard.hpp"

#include "as_result.hpp"
#include <fanio/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>

namespace soak {

namespace {

using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::event_view;

} // namespace

asio::awaitable<void> guard::run()
{
  while (!ends_)
  {
    group_.open(
        {.flags = fanio::init_flags::class_content,
         .default_verdict = random_() % 2 == 0 ? fanio::verdict::allow : fanio::verdict::deny,
         .reserved_descriptors = random_() % 2 == 0 ? 0U : 16U});
    group_.add_mark(mount_,
                    event_mask::open_perm | event_mask::open_exec_perm | event_mask::access_perm,
                    fanio::mark_target::mount);
    ++groups_;
    co_await serve();
  }
}

asio::awaitable<void> guard::serve()
{
  fanio::event_buffer buffer(1024U << random_() % 4);
  while (group_.is_open())
  {
    const auto [ec, events] = co_await group_.async_read_events(buffer, as_result);
    if (ec == asio::error::operation_aborted)
    {
      ++cancellations_;
      continue;
    }
    book_.failures += ec ? 1U : 0U;
    handle(events);
    // What is still in the buffer gets the default from the next read, or from the close.
    book_.defaulted +=
        static_cast<std::uint64_t>(std::ranges::count_if(events, &event_view::needs_response));
  }
}

void guard::handle(fanio::event_range events)
{
  book_.requests +=
      static_cast<std::uint64_t>(std::ranges::count_if(events, &event_view::needs_response));
  const auto way = random_() % 16;
  if (way == 0) // not at all
  {
    return;
  }
  if (way < 4) // later, in another order
  {
    std::vector<fanio::event> taken;
    for (const event_view e : events)
    {
      taken.push_back(e.take());
    }
    std::ranges::shuffle(taken, random_);
    asio::co_spawn(context_, answer_later(std::move(taken)), asio::detached);
    return;
  }
  if (way < 10) // all at once
  {
    error_code ec;
    const auto before = std::ranges::count_if(events, &event_view::needs_response);
    const auto answered = group_.respond(events, any_verdict(), ec);
    const auto after = std::ranges::count_if(events, &event_view::needs_response);
    book_.answered += answered;
    book_.failures += ec && ec != errc::no_such_request ? 1U : 0U;
    book_.gone += static_cast<std::uint64_t>(before - after) - answered;
    return;
  }
  for (const event_view e : events) // one by one
  {
    if (e.needs_response())
    {
      error_code ec;
      group_.respond(e, any_verdict(), ec);
      settle(ec);
    }
  }
}

asio::awaitable<void> guard::answer_later(std::vector<fanio::event> events)
{
  asio::steady_timer timer(context_);
  for (auto& e : events)
  {
    if (random_() % 8 == 0)
    {
      timer.expires_after(std::chrono::milliseconds(random_() % 5));
      co_await timer.async_wait(as_result);
    }
    if (e.needs_response())
    {
      const auto [ec] = co_await group_.async_respond(std::move(e), any_verdict(), as_result);
      settle(ec);
    }
  }
}

void guard::settle(const error_code& ec)
{
  // Closed, and maybe another group opened: its request was answered by the close.
  const bool closed = ec == asio::error::bad_descriptor || ec == errc::foreign_event;
  auto& account = !ec                           ? book_.answered
                  : ec == errc::no_such_request ? book_.gone
                  : closed                      ? book_.at_close
                                                : book_.failures;
  ++account;
}

fanio::response guard::any_verdict()
{
  return random_() % 50 == 0 ? fanio::response::deny() : fanio::response::allow();
}

void guard::cancel()
{
  error_code ignored; // there may be no group just now
  group_.cancel(ignored);
}

void guard::reopen()
{
  group_.close();
}

void guard::end()
{
  ends_ = true;
  group_.close();
}

} // namespace soak

#include "watch_loop.hpp"

#include "ending_signals.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <utility>

#include <fcntl.h>

namespace fanio::tool {

namespace {

/// What is read is merged no more with what comes.
constexpr std::size_t bytes_of_a_read = std::size_t{256} * 1024;

} // namespace

watch_loop::watch_loop(const watch_scope& scope, std::string destination, watch_news news)
    : has_processes_(scope.processes),
      destination_(std::move(destination)),
      tree_(context_.get_executor(), scope, std::move(news)),
      reader_(tree_.group(), bytes_of_a_read, {.linger = scope.linger})
{
  add_ending_signals(signals_);
  if (const int fd = ::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC); fd >= 0)
  {
    mounts_.assign(fd);
  }
}

void watch_loop::run(watch_handlers handlers)
{
  handlers_ = std::move(handlers);
  end_on_request();
  follow_mounts();
  const auto on_end = [this](std::exception_ptr failure)
  {
    failure_ = std::move(failure);
    has_read_all_ = true;
    failure_ ? end() : end_if_done();
  };
  asio::co_spawn(context_, read_events(), on_end);
  context_.run();
  if (failure_)
  {
    std::rethrow_exception(failure_);
  }
}

void watch_loop::end_on_request()
{
  signals_.async_wait([this](const error_code& ec, int) { ec ? void() : finish(); });
  output_.async_wait_for_end(
      [this](const error_code& ec)
      {
        if (ec != asio::error::operation_aborted)
        {
          end();
        }
      });
  if (output_.has_ended())
  {
    asio::post(context_, [this] { end(); });
  }
}

/// Who asks once more ends it at once.
void watch_loop::finish()
{
  if (!std::exchange(is_finishing_, true))
  {
    reader_.finish();
    wait_for_reader();
    signals_.async_wait([this](const error_code& ec, int) { ec ? void() : end(); });
  }
}

/// But not for long for one who stands still.
void watch_loop::wait_for_reader()
{
  patience_.expires_after(std::chrono::seconds(1));
  patience_.async_wait(
      [this, before = output_.written()](const error_code& ec)
      {
        if (!ec)
        {
          output_.written() != before ? wait_for_reader() : end();
        }
      });
}

/// Once all was read and what is being written has been.
void watch_loop::end_if_done()
{
  if (has_read_all_ && !is_delivering_ && !is_printing_)
  {
    end();
  }
}

void watch_loop::end()
{
  error_code ignored;
  tree_.group().close(ignored);
  output_.cancel();
  signals_.cancel(ignored);
  signals_.clear(ignored); // who asks still once more ends it whatever it does
  context_.stop();
}

asio::awaitable<void> watch_loop::read_events()
{
  const auto found = [this](const path_event& e, const event_view* source) { add(e, source); };
  while (tree_.group().is_open()) // `end` may come while lines are written
  {
    const auto [ec, events] = co_await reader_.read();
    if (ec == asio::error::operation_aborted)
    {
      break;
    }
    if (ec)
    {
      throw std::runtime_error(ec.message());
    }
    processes_.start_batch();
    for (const auto& e : events)
    {
      tree_.translate(e, found);
    }
    reader_.clear();
    tree_.settle(found);
    if (!co_await deliver())
    {
      break;
    }
  }
}

/// Writes what there is to write. Who comes meanwhile leaves it to whom is at it.
asio::awaitable<bool> watch_loop::deliver()
{
  if (std::exchange(is_delivering_, true))
  {
    co_return true;
  }
  bool is_wanted = true;
  for (bool is_over = false; is_wanted && !is_over;)
  {
    // No temporary stands in the expression that waits: g++ 12 destroys such a one twice.
    const auto text = handlers_.text ? handlers_.text() : std::string();
    is_over = text.empty();
    is_wanted = co_await write(text);
    if (is_finishing_)
    {
      wait_for_reader();
    }
  }
  is_delivering_ = false;
  if (is_wanted)
  {
    handlers_.written();
  }
  end_if_done();
  co_return is_wanted;
}

/// No event tells that a filesystem is gone, nor that there is one more.
void watch_loop::follow_mounts()
{
  if (mounts_.is_open())
  {
    mounts_.async_wait(asio::posix::stream_descriptor::wait_error,
                       [this](const error_code& ec)
                       {
                         if (!ec)
                         {
                           follow_mounts();
                         }
                       });
  }
  // Looked at only once it is waited for: what changes before is told to nobody.
  tree_.settle([this](const path_event& e, const event_view* source) { add(e, source); });
  asio::co_spawn(context_, deliver(),
                 [this](std::exception_ptr failure, bool is_wanted)
                 {
                   failure_ = failure ? std::move(failure) : failure_;
                   if (failure_ || !is_wanted)
                   {
                     end();
                   }
                 });
}

void watch_loop::add(const path_event& e, const event_view* source)
{
  auto told = e;
  const auto* const process =
      has_processes_ && source != nullptr ? processes_.find(*source) : nullptr;
  if (process != nullptr && process->comm)
  {
    told.comm = *process->comm;
  }
  handlers_.found(told);
}

asio::awaitable<bool> watch_loop::print(std::string_view text)
{
  is_printing_ = true;
  const bool is_wanted = co_await write(text);
  is_printing_ = false;
  end_if_done();
  co_return is_wanted;
}

asio::awaitable<bool> watch_loop::write(std::string_view text)
{
  const auto ec = text.empty() ? error_code() : co_await output_.write(text);
  if (ec == asio::error::broken_pipe || ec == asio::error::operation_aborted ||
      ec == asio::error::interrupted)
  {
    co_return false;
  }
  if (ec)
  {
    throw std::runtime_error(destination_ + ": " + ec.message());
  }
  co_return true;
}

} // namespace fanio::tool

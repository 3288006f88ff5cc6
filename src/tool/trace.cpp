#include "trace.hpp"

#include "output.hpp"
#include "process_names.hpp"
#include "trace_lines.hpp"
#include "watch.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>

#include <unistd.h>

namespace fanio::tool {

namespace {

/// Why an event was lost: its file could not be opened for this process.
std::string tell_loss(const error_code& lost)
{
  return "lost: " + lost.default_error_condition().message();
}

/// One run: reads events, prints them, and ends when asked to.
class tracer
{
public:
  explicit tracer(const trace_options& options);

  void run();

private:
  void end_on_request();
  void end();

  [[nodiscard]] asio::awaitable<void> print_events();
  void leave_lost_places();
  void add(const event_view& e);
  [[nodiscard]] asio::awaitable<bool> write_lines();

  const trace_options& options_;
  const pid_t own_pid_ = ::getpid();
  asio::io_context context_{1};
  asio::signal_set signals_{context_, SIGINT, SIGTERM};
  asio::steady_timer deadline_{context_};
  output output_{context_.get_executor()};
  std::unique_ptr<watch> watch_;
  process_names names_;
  trace_lines lines_;
  std::exception_ptr failure_;
};

tracer::tracer(const trace_options& options)
    : options_(options),
      watch_(open_watch(context_.get_executor(), options)),
      lines_(options.json)
{}

void tracer::run()
{
  if (options_.verbose)
  {
    const auto places = watch_->places();
    std::cerr << "fanio trace: watching " << places << (places == 1 ? " place\n" : " places\n");
  }
  end_on_request();
  const auto on_end = [this](std::exception_ptr failure)
  {
    failure_ = std::move(failure);
    end();
  };
  asio::co_spawn(context_, print_events(), on_end);
  context_.run();
  if (failure_)
  {
    std::rethrow_exception(failure_);
  }
}

void tracer::end_on_request()
{
  const auto on_request = [this](const error_code& ec, auto...)
  {
    if (ec != asio::error::operation_aborted)
    {
      end();
    }
  };
  signals_.async_wait(on_request);
  output_.async_wait_for_end(on_request);
  if (options_.duration)
  {
    deadline_.expires_after(*options_.duration);
    deadline_.async_wait(on_request);
  }
  if (output_.has_ended())
  {
    asio::post(context_, [this] { end(); });
  }
}

/// Ends all that is outstanding, and with it the run of the context.
void tracer::end()
{
  error_code ignored;
  watch_->group().close(ignored);
  output_.close();
  signals_.cancel(ignored);
  deadline_.cancel();
}

asio::awaitable<void> tracer::print_events()
{
  event_buffer buffer;
  while (watch_->group().is_open()) // `end` may come while lines are written
  {
    const auto [ec, events] =
        co_await watch_->group().async_read_events(buffer, asio::as_tuple(asio::use_awaitable));
    if (ec == asio::error::operation_aborted)
    {
      co_return;
    }
    lines_.start(std::chrono::system_clock::now());
    if (ec.category() == lost_event_category())
    {
      lines_.add_gap({}, tell_loss(ec));
    }
    else if (ec)
    {
      throw std::runtime_error(ec.message());
    }
    names_.forget();
    std::ranges::for_each(events, [this](const event_view& e) { add(e); });
    buffer.clear(); // who waits for a slow reader keeps no filesystem busy
    if (!co_await write_lines())
    {
      co_return;
    }
    leave_lost_places();
  }
}

void tracer::leave_lost_places()
{
  error_code closed; // `end` came while lines were written
  if (watch_->group().queued(closed) == 0 && !closed)
  {
    watch_->leave_lost_places();
    if (watch_->places() == 0)
    {
      end();
    }
  }
}

void tracer::add(const event_view& e)
{
  // Writing the lines to a file that is watched must not make more lines.
  if (e.pid() == own_pid_)
  {
    return;
  }
  if (e.is_overflow())
  {
    lines_.add_gap(e.mask(), "events were dropped");
    return;
  }
  trace_record record;
  record.mask = e.mask();
  record.pid = e.pid();
  if (const auto lost = e.lost())
  {
    record.error = tell_loss(lost);
  }
  else
  {
    const auto object = watch_->locate(e);
    if (!object)
    {
      return;
    }
    record.mask = object->events;
    record.path = object->path;
    record.deleted = object->deleted;
  }
  record.process = names_.of(e);
  lines_.add(record);
}

/// False when nobody wants them any more.
asio::awaitable<bool> tracer::write_lines()
{
  const auto text = lines_.text();
  const auto ec = text.empty() ? error_code() : co_await output_.write(text);
  if (ec == asio::error::broken_pipe || ec == asio::error::operation_aborted ||
      ec == asio::error::interrupted)
  {
    co_return false;
  }
  if (ec)
  {
    throw std::runtime_error("standard output: " + ec.message());
  }
  co_return true;
}

/// Throws what the user can do, if the error is the limit of open files.
template <typename Code>
void explain_limit(const Code& ec)
{
  if (ec == std::errc::too_many_files_open)
  {
    throw std::runtime_error("too many open files: raise the limit for this process (ulimit -n)");
  }
}

} // namespace

void trace(const trace_options& options)
{
  // Who writes into a pipe that nobody reads gets an error then, not a signal.
  std::signal(SIGPIPE, SIG_IGN);
  try
  {
    tracer(options).run();
  }
  catch (const std::system_error& e)
  {
    explain_limit(e.code());
    throw;
  }
  catch (const boost::system::system_error& e)
  {
    explain_limit(e.code());
    throw;
  }
}

} // namespace fanio::tool

#include "tracer.hpp"

#include "ending_signals.hpp"
#include "privileges.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include <fcntl.h>

namespace fanio::tool {

namespace {

/// Some 200 events: so many pidfds are open at most.
constexpr std::size_t buffer_bytes = std::size_t{16} * 1024;

output open_output(const asio::any_io_executor& executor, const std::string& file)
{
  return file.empty() ? output(executor) : output(executor, file);
}

bool wants_colours(const trace_options& options, const output& out)
{
  const auto set = [](const char* name)
  {
    const auto* const value = std::getenv(name);
    return value != nullptr ? std::string_view(value) : std::string_view();
  };
  return !options.format.json && (options.colours == colour_mode::always ||
                                  (options.colours == colour_mode::automatic && out.is_terminal() &&
                                   set("NO_COLOR").empty() && set("TERM") != "dumb"));
}

line_format format_of(const trace_options& options, const watches& all, const output& out)
{
  auto format = options.format;
  format.colours = wants_colours(options, out);
  // Where nobody is known, the names that came and went are what there is to tell.
  format.names = format.names || std::ranges::none_of(all, &watch::knows_processes,
                                                      [](const auto& w) -> watch& { return *w; });
  return format;
}

} // namespace

tracer::tracer(const trace_options& options)
    : options_(options),
      watched_(open_watches(context_.get_executor(), options)),
      output_(open_output(context_.get_executor(), options.output_file)),
      format_(format_of(options, watched_.groups, output_))
{
  add_ending_signals(signals_);
}

std::size_t tracer::places() const
{
  return std::accumulate(watched_.groups.begin(), watched_.groups.end(), std::size_t{0},
                         [](std::size_t sum, const auto& w) { return sum + w->places(); });
}

void tracer::run()
{
  if (options_.verbose)
  {
    std::cerr << "fanio trace: watching " << places() << (places() == 1 ? " place\n" : " places\n");
  }
  end_on_request();
  follow_mounts();
  follow_processes();
  const auto on_end = [this](const std::exception_ptr& failure)
  {
    failure_ = failure_ ? failure_ : failure;
    if (--running_ == 0 || failure)
    {
      end();
    }
    if (running_ == 0)
    {
      patience_.cancel();
      output_.cancel();
    }
  };
  for (const auto& w : watched_.groups)
  {
    ++running_;
    auto& reader =
        readers_.emplace_back(w->group(), buffer_bytes, read_options{.linger = options_.linger});
    asio::co_spawn(context_, print_events(*w, reader), on_end);
  }
  give_up_privileges(watched_.mark_mounted ? later_marks::filesystems : later_marks::none,
                     [](const std::string& text) { std::cerr << "fanio trace: " << text << '\n'; });
  context_.run();
  if (failure_)
  {
    std::rethrow_exception(failure_);
  }
  print_summary();
}

void tracer::end_on_request()
{
  const auto on_request = [this](const error_code& ec, auto...)
  {
    if (ec != asio::error::operation_aborted)
    {
      finish();
    }
  };
  signals_.async_wait(on_request);
  output_.async_wait_for_end(
      [this](const error_code& ec)
      {
        if (ec != asio::error::operation_aborted)
        {
          end();
        }
      });
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

/// Waits first and looks then, for the reactor forgets a change that nobody waited for.
void tracer::follow_mounts()
{
  if (!watched_.mark_mounted)
  {
    return;
  }
  if (!mounts_.is_open())
  {
    const auto fd = ::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
    {
      return; // without /proc: what is mounted now is all that is watched
    }
    mounts_.assign(fd);
  }
  mounts_.async_wait(asio::posix::stream_descriptor::wait_error, // proc_pid_mountinfo(5)
                     [this](const error_code& ec)
                     {
                       if (!ec && !is_ending_)
                       {
                         follow_mounts();
                       }
                     });
  watched_.mark_mounted();
}

/// Only who hears of each execution may take a process that has ended for what it was when it was
/// looked at.
void tracer::follow_processes()
{
  error_code ec;
  if (options_.hears_of_processes)
  {
    listener_.open(ec);
  }
  if (ec && options_.verbose)
  {
    std::cerr << "fanio trace: processes that end at once will have no names: the kernel's process "
                 "connector: "
              << ec.message() << '\n';
  }
  if (listener_.is_open())
  {
    processes_ = resolve::process_table({.remember_ended = true, .note_details = wants_details()});
    started_.assign(::fcntl(listener_.native_handle(), F_DUPFD_CLOEXEC, 0));
    await_process();
  }
}

void tracer::await_process()
{
  started_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [this](const error_code& ec)
                      {
                        if (!ec && !is_ending_)
                        {
                          hear_of_processes();
                          await_process();
                        }
                      });
}

/// Of some it may not hear, where more start than the socket holds: they have no names.
void tracer::hear_of_processes()
{
  if (listener_.is_open())
  {
    error_code missed;
    listener_.update(processes_, missed);
  }
}

/// Tells what is queued, and ends; who asks once more ends it without.
void tracer::finish()
{
  if (std::exchange(is_finishing_, true))
  {
    return;
  }
  for (auto& reader : readers_)
  {
    reader.finish();
  }
  wait_for_reader();
  signals_.async_wait([this](const error_code& ec, int) { ec ? void() : end(); });
}

/// But not for long for one who stands still.
void tracer::wait_for_reader()
{
  patience_.expires_after(std::chrono::seconds(1));
  patience_.async_wait(
      [this, before = output_.written()](const error_code& ec)
      {
        if (!ec)
        {
          output_.written() != before ? wait_for_reader() : output_.cancel();
        }
      });
}

/// Ends all that is outstanding, and with it the run of the context. A line that is being written
/// becomes whole, unless its reader stands still.
void tracer::end()
{
  if (is_ending_)
  {
    return;
  }
  is_ending_ = true;
  error_code ignored;
  for (const auto& w : watched_.groups)
  {
    w->group().close(ignored);
  }
  signals_.cancel(ignored);
  signals_.clear(ignored); // who asks still once more ends it whatever it does
  deadline_.cancel();
  mounts_.close(ignored);
  started_.close(ignored);
  wait_for_reader();
}

void tracer::print_summary()
{
  error_code ec;
  if (options_.summary)
  {
    output_.write_last(summary_.text(format_), ec);
  }
  if (!ec)
  {
    output_.close(ec);
  }
  if (ec && ec != asio::error::broken_pipe)
  {
    throw std::runtime_error(output_.name() + ": " + ec.message());
  }
}

} // namespace fanio::tool

#include "trace.hpp"

#include "output.hpp"
#include "paths.hpp"
#include "pipeline.hpp"
#include "process_teller.hpp"
#include "trace_lines.hpp"
#include "trace_summary.hpp"
#include "turn.hpp"
#include "watch.hpp"
#include <fanio/resolve/error.hpp>

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
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include <unistd.h>

namespace fanio::tool {

namespace {

/// Some 200 events: so many pidfds are open at most.
constexpr std::size_t buffer_bytes = std::size_t{16} * 1024;

/// Why an event was lost: its file could not be opened for this process.
std::string tell_loss(const error_code& lost)
{
  return "lost: " + lost.default_error_condition().message();
}

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

/// One run: reads events, prints them, and ends when asked to.
class tracer
{
public:
  explicit tracer(const trace_options& options);

  void run();

private:
  void end_on_request();
  void end();
  void print_summary();

  [[nodiscard]] asio::awaitable<void> print_events(watch& w);
  void look_at_processes(const event_range& events);
  void leave_lost_places(watch& w);
  [[nodiscard]] std::size_t places() const;
  void add(watch& w, const event_view& e, trace_lines& lines);
  void add_loss(const event_view& e, trace_lines& lines);
  void add(const event_view& e, const watched_object& object, trace_lines& lines);
  void tell(const trace_record& record, trace_lines& lines);
  [[nodiscard]] asio::awaitable<bool> write(std::string_view text);

  const trace_options& options_;
  const pid_t own_pid_ = ::getpid();
  asio::io_context context_{1};
  asio::signal_set signals_{context_, SIGINT, SIGTERM};
  asio::steady_timer deadline_{context_};
  asio::steady_timer patience_{context_};
  std::size_t running_ = 0;
  bool is_ending_ = false;
  watches watches_; // before the file: nothing is made where nothing can be watched
  output output_;
  turn turn_{context_.get_executor()};
  pipeline pipeline_;
  resolve::process_table processes_{{.remember_ended = true}};
  line_format format_;
  trace_summary summary_;
  std::exception_ptr failure_;
};

tracer::tracer(const trace_options& options)
    : options_(options),
      watches_(open_watches(context_.get_executor(), options)),
      output_(open_output(context_.get_executor(), options.output_file)),
      format_(format_of(options, watches_, output_))
{}

std::size_t tracer::places() const
{
  return std::accumulate(watches_.begin(), watches_.end(), std::size_t{0},
                         [](std::size_t sum, const auto& w) { return sum + w->places(); });
}

void tracer::run()
{
  if (options_.verbose)
  {
    std::cerr << "fanio trace: watching " << places() << (places() == 1 ? " place\n" : " places\n");
  }
  end_on_request();
  const auto on_end = [this](const std::exception_ptr& failure)
  {
    failure_ = failure_ ? failure_ : failure;
    end();
    if (--running_ == 0)
    {
      patience_.cancel();
      output_.cancel();
    }
  };
  for (const auto& w : watches_)
  {
    ++running_;
    asio::co_spawn(context_, print_events(*w), on_end);
  }
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
  for (const auto& w : watches_)
  {
    w->group().close(ignored);
  }
  signals_.cancel(ignored);
  signals_.clear(ignored); // who asks once more ends it at once
  deadline_.cancel();
  patience_.expires_after(std::chrono::seconds(1));
  patience_.async_wait([this](const error_code& ec) { ec ? void() : output_.cancel(); });
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): it lives as long
asio::awaitable<void> tracer::print_events(watch& w)
{
  event_buffer buffer(buffer_bytes);
  trace_lines lines(format_);
  while (w.group().is_open()) // `end` may come while lines are written
  {
    const auto [ec, events] =
        co_await w.group().async_read_events(buffer, asio::as_tuple(asio::use_awaitable));
    if (ec == asio::error::operation_aborted)
    {
      co_return;
    }
    lines.start(std::chrono::system_clock::now());
    if (ec.category() == lost_event_category())
    {
      lines.add_gap({}, tell_loss(ec));
    }
    else if (ec)
    {
      throw std::runtime_error(ec.message());
    }
    look_at_processes(events);
    w.start_batch(events);
    std::ranges::for_each(events, [&](const event_view& e) { add(w, e, lines); });
    w.end_batch();
    buffer.clear(); // who waits for a slow reader keeps no filesystem busy
    if (!co_await write(lines.text()))
    {
      co_return;
    }
    leave_lost_places(w);
  }
}

/// Also at those that nobody asked for: a process that is seen when it starts has a name for what
/// it does at its end.
void tracer::look_at_processes(const event_range& events)
{
  const bool wants_details = format_.exe || format_.cgroups || options_.processes.needs_details();
  processes_.start_batch();
  for (const auto& e : events)
  {
    const auto* const p = e.pid() != own_pid_ ? processes_.find(e) : nullptr;
    if (p != nullptr && wants_details)
    {
      static_cast<void>(processes_.details(*p));
    }
  }
}

void tracer::leave_lost_places(watch& w)
{
  error_code closed; // `end` came while lines were written
  if (w.group().queued(closed) == 0 && !closed)
  {
    w.leave_lost_places();
    if (places() == 0)
    {
      end();
    }
  }
}

void tracer::add(watch& w, const event_view& e, trace_lines& lines)
{
  w.follow(e);
  if (e.is_overflow())
  {
    lines.add_gap(e.mask(), "events were dropped");
    return;
  }
  // Writing the lines to a file that is watched must not make more lines.
  if (e.pid() == own_pid_ || !options_.processes.admits_pid(e.pid()))
  {
    return;
  }
  if (e.lost())
  {
    add_loss(e, lines);
    return;
  }
  for (const auto& object : w.locate(e))
  {
    if (!options_.types || has_any(object.events, *options_.types))
    {
      add(e, object, lines);
    }
  }
}

void tracer::add_loss(const event_view& e, trace_lines& lines)
{
  const auto* const p = processes_.find(e);
  trace_record record;
  record.mask = e.mask();
  record.process = tell_process(p, e.pid(), processes_, format_);
  record.error = tell_loss(e.lost());
  tell(record, lines);
}

void tracer::add(const event_view& e, const watched_object& object, trace_lines& lines)
{
  if (!options_.names.is_empty() && !options_.names.admits(join(object.path, object.name)))
  {
    return;
  }
  const auto* const p = processes_.find(e);
  const bool is_echo = p != nullptr && pipeline_.has(*p);
  if (is_echo || !options_.processes.admits_process(p, processes_))
  {
    return;
  }
  trace_record record;
  record.mask = object.events;
  record.process = tell_process(p, e.pid(), processes_, format_);
  record.path = object.path;
  record.name = object.name;
  record.deleted = object.deleted || object.unknown == resolve::errc::stale;
  record.error = object.unknown && object.unknown != resolve::errc::stale ? object.unknown.message()
                                                                          : std::string();
  tell(record, lines);
}

void tracer::tell(const trace_record& record, trace_lines& lines)
{
  if (!options_.quiet)
  {
    lines.add(record);
  }
  if (options_.summary)
  {
    summary_.add(record);
  }
}

/// False when nobody wants them any more.
asio::awaitable<bool> tracer::write(std::string_view text)
{
  if (text.empty())
  {
    co_return true;
  }
  const auto mine = co_await turn_.take();
  const auto ec = co_await output_.write(text);
  if (ec == asio::error::broken_pipe || ec == asio::error::operation_aborted ||
      ec == asio::error::interrupted)
  {
    co_return false;
  }
  if (ec)
  {
    throw std::runtime_error(output_.name() + ": " + ec.message());
  }
  co_return true;
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

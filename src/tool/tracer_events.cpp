// What of the events is told, and how it is looked up.

#include "paths.hpp"
#include "tracer.hpp"
#include <fanio/resolve/error.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>

namespace fanio::tool {

namespace {

/// Why an event was lost: its file could not be opened for this process.
std::string tell_loss(const error_code& lost)
{
  return "lost: " + lost.default_error_condition().message();
}

} // namespace

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): they live as long
asio::awaitable<void> tracer::print_events(watch& w, queue_reader& reader)
{
  trace_lines lines(format_);
  while (w.group().is_open()) // `end` may come while lines are written
  {
    const auto [ec, events] = co_await reader.read();
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
    reader.clear(); // who waits for a slow reader keeps no filesystem busy
    if (!co_await write(lines.text()))
    {
      end();
      co_return;
    }
    if (is_finishing_ && !is_ending_)
    {
      wait_for_reader();
    }
    leave_lost_places(w);
  }
}

/// Also at those that nobody asked for: a process that is seen when it starts has a name for what
/// it does at its end. First of all, for they may end any moment, and what is cheap before the
/// rest.
void tracer::look_at_processes(const event_range& events)
{
  processes_.start_batch();
  pid_t last = 0;
  for (const auto& e : events)
  {
    if (e.pid() != last) // most events are of the process of the one before
    {
      processes_.look(e);
      last = e.pid();
    }
  }
  if (wants_details())
  {
    look_closer(events);
  }
  // Of whatever a process has executed before an event that was read, the kernel has told by now.
  hear_of_processes();
}

void tracer::look_closer(const event_range& events)
{
  for (const auto& e : events)
  {
    if (const auto* const p = processes_.look(e))
    {
      static_cast<void>(processes_.details(*p));
    }
  }
}

bool tracer::wants_details() const
{
  return format_.exe || format_.cgroups || options_.processes.needs_details();
}

void tracer::leave_lost_places(watch& w)
{
  error_code closed; // `end` came while lines were written
  if (w.has_lost_places() && w.group().queued(closed) == 0 && !closed)
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

} // namespace fanio::tool

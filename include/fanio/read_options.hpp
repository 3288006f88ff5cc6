#pragma once

#include <chrono>
#include <cstddef>

namespace fanio {

/// When a read is made: at once, or at a moment that costs less or is sooner. doc/tokens.md has
/// figures.
///
/// *Example*:
/// ```
/// co_await group.async_read_events(buffer, {.linger = std::chrono::microseconds(100)});
/// ```
struct read_options
{
  /// How long events may wait in the queue once there are some. Meanwhile more of them come, equal
  /// ones merge, one read brings many, and whoever causes them is not slowed down by the waking of
  /// a reader. It is the greatest delay that this adds. Not for permission groups, whose askers
  /// wait: there it is ignored.
  ///
  /// The group leaves the reactor for that time, unless another operation of the handle waits in
  /// it; that is two more system calls for each time that all becomes quiet. Behind a read of
  /// several events the next one is not woken first: it looks after `linger`.
  std::chrono::nanoseconds linger{0};

  /// So many queued events end a linger early. The queue is looked at each millisecond, of a long
  /// linger each sixteenth of it, but each second at least: a linger of a millisecond is never
  /// ended early. Counting takes the kernel longer the more there are.
  std::size_t enough = 4096;

  /// How long to try to read, again and again, before waiting in the reactor: an event that comes
  /// meanwhile is read some microseconds sooner. The thread does nothing else then, for its core
  /// is busy: for a thread of its own, that answers permission events. Such a read does not linger.
  std::chrono::nanoseconds busy_poll{0};
};

} // namespace fanio

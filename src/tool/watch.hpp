#pragma once

#include "trace.hpp"
#include <fanio/basic_fanotify_handle.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace fanio::tool {

/// What an event is about.
struct watched_object
{
  event_mask events{};   ///< Those that were asked for.
  std::string_view path; ///< Empty if it is not to be known.
  std::string_view name; ///< Which entry of the directory `path` came or went, if one did.
  bool deleted = false;  ///< It certainly leads nowhere any more.
  error_code unknown;    ///< Why there is no path.
};

/// A group with its marks, and how the paths of its events are found.
class watch
{
public:
  watch(const watch&) = delete;
  watch& operator=(const watch&) = delete;
  virtual ~watch() = default;

  [[nodiscard]] fanotify_handle& group() noexcept { return group_; }

  /// How many filesystems, or paths, are watched.
  [[nodiscard]] virtual std::size_t places() const noexcept = 0;

  /// Whether the kernel tells which process it was.
  [[nodiscard]] virtual bool knows_processes() const noexcept = 0;

  /// To be called with the events of a read, before any of them is followed.
  virtual void start_batch(const event_range& /*events*/) {}

  /// To be called for each event in the order of reading, also for those that nobody is told of.
  virtual void follow(const event_view& e) = 0;

  /// What the event that was followed last is about, valid until the next call of anything; nothing
  /// if that was not asked for. The kernel merges what happens to an entry of a directory with what
  /// happens to that which the entry names, so there may be two.
  [[nodiscard]] virtual std::span<const watched_object> locate(const event_view& e) = 0;

  /// To be called when the events of a read were told.
  virtual void end_batch() {}

  /// Whether there is anything that can be watched no longer.
  [[nodiscard]] virtual bool has_lost_places() const { return false; }

  /// Leaves that, and says so on stderr. To be called when no event is queued, for older ones may
  /// be behind that which tells it: events merge.
  virtual void leave_lost_places() {}

protected:
  explicit watch(fanotify_handle group) noexcept : group_(std::move(group)) {}

private:
  fanotify_handle group_;
};

/// The events that are to be shown: those that were asked for, or what fatrace shows.
[[nodiscard]] event_mask events_of(const trace_options& options) noexcept;

using watches = std::vector<std::unique_ptr<watch>>;

/// What is watched.
struct watched
{
  watches groups;
  /// Has what was mounted since watched too; empty if what the options name can't grow so. The
  /// groups have to be there still.
  std::function<void()> mark_mounted;
};

/// Watches what the options name: with all that a privileged user may have, or else in the way
/// that is open to everybody, which is then said on stderr. Of several watches each has its own
/// part of it.
///
/// *Errors*: throws `std::runtime_error` with a message for the user.
[[nodiscard]] watched open_watches(const asio::any_io_executor& executor,
                                   const trace_options& options);

} // namespace fanio::tool

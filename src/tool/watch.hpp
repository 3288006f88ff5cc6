#pragma once

#include "trace.hpp"
#include <fanio/basic_fanotify_handle.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace fanio::tool {

/// What an event is about.
struct watched_object
{
  event_mask events{};   ///< Those that were asked for.
  std::string_view path; ///< Empty if it is not to be known.
  bool deleted = false;  ///< Certainly; then the path ends in " (deleted)".
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

  /// What the event is about, valid until the next call; nothing if that was not asked for.
  [[nodiscard]] virtual std::optional<watched_object> locate(const event_view& e) = 0;

  /// Leaves what can be watched no longer, and says so on stderr. To be called when no event is
  /// queued, for older ones may be behind that which tells it: events merge.
  virtual void leave_lost_places() {}

protected:
  explicit watch(fanotify_handle group) noexcept : group_(std::move(group)) {}

private:
  fanotify_handle group_;
};

/// Watches what the options name: with all that a privileged user may have, or else in the way
/// that is open to everybody, which is then said on stderr.
///
/// *Errors*: throws `std::runtime_error` with a message for the user.
[[nodiscard]] std::unique_ptr<watch> open_watch(const asio::any_io_executor& executor,
                                                const trace_options& options);

} // namespace fanio::tool

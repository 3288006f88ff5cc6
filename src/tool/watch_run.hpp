#pragma once

#include "posix_pattern.hpp"
#include "watch_format.hpp"
#include "watch_scope.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace fanio::tool {

/// Which paths are told, by expression.
struct watch_filter
{
  std::optional<posix_pattern> include;
  std::optional<posix_pattern> exclude;

  [[nodiscard]] bool admits(const path_event& e) const;
};

/// What `fanio watch` is told.
struct watch_options
{
  watch_scope scope{};
  watch_style style{};
  watch_filter filter{};
  std::optional<std::chrono::seconds> timeout; ///< Of waiting for an event.
  std::string outfile;
  int quiet = 0; ///< 1: only events, 2: nothing.
  bool monitor = false;
  bool daemon = false;
  bool syslog = false;
};

/// The exit status of `fanio watch`, as inotifywait has it.
enum class watch_result
{
  event = 0,     ///< An event that was waited for; or the end was asked for.
  other = 1,     ///< What is watched is gone.
  timed_out = 2, ///< Nothing happened for that time.
};

/// Prints a line for the first event, or for all until it is interrupted, nobody reads any more, or
/// nothing has happened for the timeout.
///
/// *Errors*: throws `std::runtime_error` with a message for the user.
[[nodiscard]] watch_result watch_files(const watch_options& options);

} // namespace fanio::tool

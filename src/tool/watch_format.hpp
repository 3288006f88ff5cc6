#pragma once

#include <fanio/event_mask.hpp>

#include <chrono>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace fanio::tool {

/// What happened at one path.
struct path_event
{
  event_mask events{};
  std::string_view directory; ///< With a slash at its end; a file that is watched itself: its name.
  std::string_view name;      ///< Of the entry of the directory; empty: it is about that itself.
  pid_t pid = 0;              ///< 0: not known.
  std::string_view comm;      ///< Empty: not known.
};

/// How the lines of `fanio watch` look.
struct watch_style
{
  enum class kind
  {
    plain, ///< "%w %e %f", as inotifywait has it by default.
    csv,
    custom, ///< As `format` says.
    json,
  };

  kind form = kind::plain;
  std::string format;
  std::string time_format;
};

/// Whether the time of an event is in its text.
[[nodiscard]] bool shows_time(const watch_style& style);

/// Appends the text of an event, with what ends it. Names are bytes, and are printed as they are
/// but in JSON.
void append_event(std::string& text, const watch_style& style, const path_event& e,
                  std::chrono::system_clock::time_point now);

/// Why the format can't be used; empty if it can.
[[nodiscard]] std::string format_fault(std::string_view format);

} // namespace fanio::tool

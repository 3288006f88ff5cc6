#pragma once

#include <fanio/event_mask.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace fanio::tool {

// The events by the names that inotify(7) has for them, as the programs of inotify-tools do.

/// That a watched filesystem was unmounted. fanotify has no such event: this bit is none of its
/// own.
inline constexpr auto unmounted = static_cast<event_mask>(std::uint64_t{1} << 63);

/// What is asked for where nothing is; an unmounting is told anyway.
inline constexpr event_mask all_watch_events =
    event_mask::access | event_mask::modify | event_mask::attrib | event_mask::close |
    event_mask::open | event_mask::move | event_mask::create | event_mask::delete_ |
    event_mask::delete_self | event_mask::move_self;

/// What happens to a path that was named: after it there may be nothing to watch.
inline constexpr event_mask fates = event_mask::delete_self | event_mask::move_self;

/// An entry of a directory came, or went.
inline constexpr event_mask arrivals = event_mask::create | event_mask::moved_to;
inline constexpr event_mask departures = event_mask::delete_ | event_mask::moved_from;

struct named_event
{
  event_mask bit;
  std::string_view name; ///< "close_write"
};

/// Each event that can be counted, in the order in which inotifywatch has its columns.
inline constexpr std::array<named_event, 13> watch_event_names{{
    {event_mask::access, "access"},
    {event_mask::modify, "modify"},
    {event_mask::attrib, "attrib"},
    {event_mask::close_write, "close_write"},
    {event_mask::close_nowrite, "close_nowrite"},
    {event_mask::open, "open"},
    {event_mask::moved_from, "moved_from"},
    {event_mask::moved_to, "moved_to"},
    {event_mask::move_self, "move_self"},
    {event_mask::create, "create"},
    {event_mask::delete_, "delete"},
    {event_mask::delete_self, "delete_self"},
    {unmounted, "unmount"},
}};

/// "CLOSE_WRITE,CLOSE", in the order that inotifywait has; `separator` instead of the comma.
[[nodiscard]] std::string watch_event_text(event_mask events, char separator = ',');

/// The events that "modify,Close" stands for.
///
/// *Errors*: throws `std::invalid_argument` with a message for the user.
[[nodiscard]] event_mask parse_watch_events(std::string_view text);

} // namespace fanio::tool

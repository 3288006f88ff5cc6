#pragma once

#include <fanio/event_mask.hpp>

#include <string>
#include <string_view>

namespace fanio::tool {

/// R (access), C (close), W (modify or close_write), O (open), + (create), D (delete), < (moved
/// from), > (moved to), as fatrace has them and in its order; and those that it does not have:
/// X (open_exec), A (attrib), S (delete_self or move_self).
inline constexpr std::string_view all_types = "RCWO+D<>XAS";

/// The events of a mask as such letters.
[[nodiscard]] std::string types_of(event_mask events);

/// The events that the letters stand for, in either case; < and > each mean both.
///
/// *Errors*: throws `std::invalid_argument` with a message for the user.
[[nodiscard]] event_mask parse_types(std::string_view letters);

} // namespace fanio::tool

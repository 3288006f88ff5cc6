#pragma once

#include <chrono>
#include <string_view>

namespace fanio::tool {

/// "500ms", "1.5s", "2m", "1h"; a number without a unit is seconds. More than nothing.
///
/// *Errors*: throws `std::invalid_argument` with a message for the user.
[[nodiscard]] std::chrono::milliseconds parse_time_span(std::string_view text);

} // namespace fanio::tool

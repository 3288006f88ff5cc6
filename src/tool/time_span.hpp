#pragma once

#include <chrono>
#include <string_view>

namespace fanio::tool {

/// "100us", "500ms", "1.5s", "2m", "1h"; a number without a unit is seconds. More than nothing.
///
/// *Errors*: throws `std::invalid_argument` with a message for the user.
[[nodiscard]] std::chrono::microseconds parse_time_span(std::string_view text);

/// The same, or "0": none.
[[nodiscard]] std::chrono::microseconds parse_linger(std::string_view text);

} // namespace fanio::tool

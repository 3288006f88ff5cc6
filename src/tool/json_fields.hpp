#pragma once

#include <fanio/event_mask.hpp>

#include <boost/json/array.hpp>

#include <chrono>
#include <string>

namespace fanio::tool {

// What all commands write into their JSON in the same way.

/// "2025-01-31T13:03:59.042Z" (RFC 3339).
[[nodiscard]] std::string utc_time(std::chrono::system_clock::time_point when);

/// ["create", "ondir"]
[[nodiscard]] boost::json::array mask_names(event_mask mask);

} // namespace fanio::tool

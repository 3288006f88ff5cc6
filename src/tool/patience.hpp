#pragma once

#include <chrono>

namespace fanio::tool {

/// How long a check of the self-test waits for what should come at once.
inline constexpr std::chrono::seconds patience(10);

} // namespace fanio::tool

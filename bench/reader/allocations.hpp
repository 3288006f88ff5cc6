#pragma once

#include <cstdint>

namespace fanio::bench {

/// How often this program has allocated memory so far; 0 in a program that does not count it.
[[nodiscard]] std::uint64_t allocations() noexcept;

} // namespace fanio::bench

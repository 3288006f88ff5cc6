#pragma once

#include <cstddef>

namespace test {

/// How often memory was allocated so far, by operator new or by aligned_alloc, in the program that
/// allocation_counter.cpp is linked into.
[[nodiscard]] std::size_t allocations() noexcept;

} // namespace test

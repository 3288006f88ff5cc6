#pragma once

#include <cstddef>

namespace test {

/// While it lives, one allocation of this thread fails, by operator new or by aligned_alloc, in the
/// program that failing_allocation.cpp is linked into.
class failing_allocation
{
public:
  /// `before` allocations succeed.
  explicit failing_allocation(std::size_t before) noexcept;

  failing_allocation(const failing_allocation&) = delete;
  failing_allocation& operator=(const failing_allocation&) = delete;

  ~failing_allocation();

  /// Whether there was an allocation to fail.
  [[nodiscard]] bool has_failed() const noexcept;
};

} // namespace test

#include "allocation_counter.hpp"

#include "allocations.hpp"

std::uint64_t fanio::bench::allocations() noexcept
{
  return test::allocations();
}

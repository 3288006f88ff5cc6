#include "allocation_counter.hpp"

#include <atomic>
#include <cstdlib>
#include <dlfcn.h>
#include <new>

namespace {

std::atomic<std::size_t> count = 0;

} // namespace

std::size_t test::allocations() noexcept
{
  return count.load(std::memory_order_relaxed);
}

void* operator new(std::size_t size)
{
  count.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size == 0 ? 1 : size))
  {
    return memory;
  }
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept
{
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept
{
  std::free(memory);
}

/// In front of the C library's: Asio calls it where the standard library has it.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size)
{
  using function = void* (*)(std::size_t, std::size_t);
  static const auto next = reinterpret_cast<function>(::dlsym(RTLD_NEXT, "aligned_alloc"));
  count.fetch_add(1, std::memory_order_relaxed);
  return next(alignment, size);
}

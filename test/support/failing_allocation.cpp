#include "failing_allocation.hpp"

#include <cstdlib>
#include <dlfcn.h>
#include <new>

namespace {

enum class fault
{
  none,
  waiting,
  struck,
};

thread_local fault state = fault::none;
thread_local std::size_t left = 0;

bool strikes() noexcept
{
  if (state != fault::waiting || left-- != 0)
  {
    return false;
  }
  state = fault::struck;
  return true;
}

} // namespace

test::failing_allocation::failing_allocation(std::size_t before) noexcept
{
  left = before;
  state = fault::waiting;
}

test::failing_allocation::~failing_allocation()
{
  state = fault::none;
}

bool test::failing_allocation::has_failed() const noexcept
{
  return state == fault::struck;
}

void* operator new(std::size_t size)
{
  if (void* const memory = strikes() ? nullptr : std::malloc(size == 0 ? 1 : size))
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
  return strikes() ? nullptr : next(alignment, size);
}

#include "../sys.hpp"
#include <fanio/detail/request_set.hpp>

#include <algorithm>
#include <bit>
#include <new>
#include <type_traits>

namespace fanio::detail {

namespace {

/// More than any process has in use; a request beyond it is answered, but not by `end`.
constexpr std::uint64_t most_descriptors = std::uint64_t{1} << 24;

} // namespace

void request_set::unmap::operator()(word* words) const noexcept
{
  sys::unmap(words, bytes);
}

/// Zeroed pages are words of zero: an atomic of a lock-free type has nothing to construct.
std::unique_ptr<request_set::word[], request_set::unmap> request_set::map(int capacity)
{
  static_assert(word::is_always_lock_free && std::is_trivially_destructible_v<word>);
  const auto bytes = static_cast<std::size_t>(capacity / bits) * sizeof(word);
  auto* const words = static_cast<word*>(sys::map(bytes));
  if (words == nullptr)
  {
    throw std::bad_alloc();
  }
  return {words, unmap{bytes}};
}

request_set::request_set()
    : capacity_(static_cast<int>(std::min(sys::most_descriptors(), most_descriptors) / bits + 1) *
                bits),
      words_(map(capacity_))
{}

void request_set::insert(int fd) noexcept
{
  size_.fetch_add(1, std::memory_order_relaxed);
  if (holds(fd))
  {
    words_[static_cast<std::size_t>(fd / bits)].fetch_or(std::uint64_t{1} << (fd % bits));
  }
}

bool request_set::erase(int fd) noexcept
{
  if (holds(fd))
  {
    const auto bit = std::uint64_t{1} << (fd % bits);
    if ((words_[static_cast<std::size_t>(fd / bits)].fetch_and(~bit) & bit) == 0)
    {
      return false;
    }
  }
  size_.fetch_sub(1, std::memory_order_relaxed);
  return true;
}

int request_set::extract(int from) noexcept
{
  for (int i = from / bits; size() > 0 && i < capacity_ / bits; ++i)
  {
    if (const auto found = words_[static_cast<std::size_t>(i)].load(); found != 0)
    {
      const int fd = i * bits + std::countr_zero(found);
      if (erase(fd))
      {
        return fd;
      }
      --i; // somebody else was faster: look again
    }
  }
  return -1;
}

void request_set::clear() noexcept
{
  for (int fd = extract(); fd >= 0; fd = extract(fd))
  {
  }
  size_.store(0, std::memory_order_relaxed);
}

} // namespace fanio::detail

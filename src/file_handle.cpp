#include <fanio/detail/wire.hpp>
#include <fanio/file_handle.hpp>

#include <bit>
#include <stdexcept>

namespace fanio {

namespace {

constexpr std::uint64_t odd = 0x9e37'79b9'7f4a'7c15;

/// Takes one word in. The product's upper bits depend on all of the word; the lower ones get these.
std::uint64_t add(std::uint64_t hash, std::uint64_t word) noexcept
{
  hash = (hash ^ word) * odd;
  return hash ^ (hash >> 32);
}

/// Makes every bit depend on every other: the finalizer of splitmix64.
std::uint64_t finish(std::uint64_t hash) noexcept
{
  hash = (hash ^ (hash >> 30)) * 0xbf58'476d'1ce4'e5b9;
  hash = (hash ^ (hash >> 27)) * 0x94d0'49bb'1331'11eb;
  return hash ^ (hash >> 31);
}

} // namespace

std::size_t hash_value(const file_handle_view& handle) noexcept
{
  auto hash = add(odd, std::bit_cast<std::uint64_t>(handle.fsid().value));
  hash = add(hash, static_cast<std::uint64_t>(handle.type()) << 32 | handle.bytes().size());

  const auto* at = handle.bytes().data();
  auto left = handle.bytes().size();
  for (; left >= sizeof(std::uint64_t); left -= sizeof(std::uint64_t))
  {
    hash = add(hash, detail::wire::load<std::uint64_t>(at));
    at += sizeof(std::uint64_t);
  }
  if (left > 0)
  {
    std::uint64_t last = 0;
    std::memcpy(&last, at, left);
    hash = add(hash, last);
  }
  return finish(hash);
}

file_handle::file_handle(const file_handle_view& handle)
    : fsid_(handle.fsid()),
      type_(handle.type()),
      size_(static_cast<std::uint32_t>(handle.bytes().size()))
{
  if (handle.bytes().size() > max_bytes)
  {
    throw std::length_error("fanio::file_handle: longer than MAX_HANDLE_SZ");
  }
  std::ranges::copy(handle.bytes(), bytes_.begin());
}

} // namespace fanio

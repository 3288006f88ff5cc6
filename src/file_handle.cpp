#include <fanio/detail/wire.hpp>
#include <fanio/file_handle.hpp>

#include <bit>
#include <stdexcept>

namespace fanio {

namespace {

/// Mixes one word in: the finalizer of splitmix64.
std::uint64_t mix(std::uint64_t hash, std::uint64_t word) noexcept
{
  hash ^= word + 0x9e37'79b9'7f4a'7c15;
  hash = (hash ^ (hash >> 30)) * 0xbf58'476d'1ce4'e5b9;
  hash = (hash ^ (hash >> 27)) * 0x94d0'49bb'1331'11eb;
  return hash ^ (hash >> 31);
}

} // namespace

std::size_t hash_value(const file_handle_view& handle) noexcept
{
  auto hash = mix(static_cast<std::uint64_t>(handle.type()) << 32 | handle.bytes().size(),
                  std::bit_cast<std::uint64_t>(handle.fsid().value));

  auto rest = handle.bytes();
  for (; rest.size() >= sizeof(std::uint64_t); rest = rest.subspan(sizeof(std::uint64_t)))
  {
    hash = mix(hash, detail::wire::load<std::uint64_t>(rest.data()));
  }
  std::uint64_t last = 0;
  if (!rest.empty())
  {
    std::memcpy(&last, rest.data(), rest.size());
    hash = mix(hash, last);
  }
  return hash;
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

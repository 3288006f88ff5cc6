#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string_view>

namespace fanio::resolve {

/// Bytes that are few mostly: up to `Inline` of them are within it, more on the heap. As aligned as
/// `Size`: where it is to be found that nothing leaks, place it where a pointer may stand.
template <typename Size, std::size_t Inline>
class short_bytes
{
public:
  static_assert(Inline >= sizeof(char*));

  short_bytes() noexcept = default;

  short_bytes(const short_bytes&) = delete;
  short_bytes& operator=(const short_bytes&) = delete;

  ~short_bytes() { clear(); }

  /// *Errors*: throws `std::length_error` above what a `Size` counts, and then nothing has changed.
  void assign(std::string_view bytes)
  {
    if (bytes.size() > std::numeric_limits<Size>::max())
    {
      throw std::length_error("fanio::resolve: too long for a name or a file handle");
    }
    std::array<char, Inline> next{}; // what is copied may lie in here
    if (bytes.size() > Inline)
    {
      char* const p = new char[bytes.size()];
      bytes.copy(p, bytes.size());
      std::ranges::copy(std::bit_cast<pointer_bytes>(p), next.begin());
    }
    else
    {
      bytes.copy(next.data(), bytes.size());
    }
    clear();
    storage_ = next;
    size_ = static_cast<Size>(bytes.size());
  }

  void clear() noexcept
  {
    if (allocated() != 0)
    {
      delete[] pointer();
    }
    size_ = 0;
  }

  [[nodiscard]] std::string_view view() const noexcept
  {
    return {allocated() != 0 ? pointer() : storage_.data(), size_};
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// How many bytes of it are on the heap.
  [[nodiscard]] std::size_t allocated() const noexcept { return size_ > Inline ? size_ : 0; }

private:
  using pointer_bytes = std::array<char, sizeof(char*)>;

  [[nodiscard]] char* pointer() const noexcept
  {
    pointer_bytes p;
    std::copy_n(storage_.begin(), p.size(), p.begin());
    return std::bit_cast<char*>(p);
  }

  std::array<char, Inline> storage_{};
  Size size_ = 0;
};

} // namespace fanio::resolve

#pragma once

#include <fanio/detail/export.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace fanio::detail {

/// The descriptor numbers of unanswered requests: a bit each, so that noting one down and crossing
/// it out takes no lock and no memory.
///
/// Sized by the hard limit of descriptors, of which the kernel gives memory only to what is used.
class FANIO_API request_set
{
public:
  /// *Errors*: throws `std::bad_alloc`.
  request_set();

  void insert(int fd) noexcept;

  /// False if it was not in the set.
  bool erase(int fd) noexcept;

  void clear() noexcept;

  /// How many there are.
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

  /// Takes one out; -1 if there is none. Starts looking at `from`.
  [[nodiscard]] int extract(int from = 0) noexcept;

private:
  using word = std::atomic<std::uint64_t>;
  static constexpr int bits = 64;

  struct unmap
  {
    std::size_t bytes;

    void operator()(word* words) const noexcept;
  };

  [[nodiscard]] static std::unique_ptr<word[], unmap> map(int capacity);

  [[nodiscard]] bool holds(int fd) const noexcept { return fd >= 0 && fd < capacity_; }

  int capacity_; // in bits
  std::unique_ptr<word[], unmap> words_;
  std::atomic<std::size_t> size_ = 0;
};

} // namespace fanio::detail

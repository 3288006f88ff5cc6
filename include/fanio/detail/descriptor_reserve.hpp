#pragma once

#include <fanio/unique_fd.hpp>

#include <cstddef>
#include <vector>

namespace fanio::detail {

/// Descriptors kept back for the events of the next read.
class FANIO_API descriptor_reserve
{
public:
  static constexpr std::size_t most = 1024;

  descriptor_reserve() noexcept = default;

  /// At most `most` are kept. *Errors*: throws `std::bad_alloc`; fewer descriptors than wanted are
  /// no error.
  explicit descriptor_reserve(std::size_t wanted);

  [[nodiscard]] std::size_t wanted() const noexcept { return wanted_; }

  /// Takes as many as are free, up to the wanted number. Returns how many are kept.
  std::size_t fill() noexcept;

  /// Makes them free.
  void release() noexcept { kept_.clear(); }

private:
  std::size_t wanted_ = 0;
  std::vector<unique_fd> kept_;
};

} // namespace fanio::detail

#pragma once

#include <fanio/detail/config.hpp>

#include <utility>

namespace fanio {

/// Owns a file descriptor and closes it. Move-only; -1 is "none".
class unique_fd
{
public:
  constexpr unique_fd() noexcept = default;

  /// Takes the descriptor over.
  constexpr explicit unique_fd(int fd) noexcept : fd_(fd) {}

  unique_fd(unique_fd&& other) noexcept : fd_(other.release()) {}

  unique_fd& operator=(unique_fd&& other) noexcept
  {
    reset(other.release());
    return *this;
  }

  ~unique_fd() { reset(); }

  [[nodiscard]] int get() const noexcept { return fd_; }

  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }

  /// Gives the descriptor up.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

  /// Closes what is owned, and owns `fd` instead.
  FANIO_API void reset(int fd = -1) noexcept;

private:
  int fd_ = -1;
};

} // namespace fanio

#pragma once

#include <fanio/detail/export.hpp>

#include <atomic>
#include <cstdint>

namespace fanio::detail {

/// Tells whether this is still the process that did something, without a system call: a fork
/// copies events and buffers, but the duty to answer stays with the parent.
///
/// A page of memory that the kernel empties in a forked child (MADV_WIPEONFORK, Linux 4.14) keeps
/// the process id. Where that is refused, getpid(2) is asked each time.
class FANIO_API process_identity
{
public:
  process_identity() noexcept;
  ~process_identity();

  process_identity(const process_identity&) = delete;
  process_identity& operator=(const process_identity&) = delete;

  /// The id of this process.
  [[nodiscard]] std::uint32_t self() noexcept;

  /// Whether this is the process that got `id` from `self`.
  [[nodiscard]] bool is(std::uint32_t id) noexcept { return self() == id; }

private:
  std::atomic<std::uint32_t>* page_ = nullptr;
};

} // namespace fanio::detail

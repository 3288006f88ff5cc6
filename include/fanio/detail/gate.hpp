#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace fanio::detail {

/// Keeps a descriptor open while it is being used, without a lock.
///
/// An `event` may answer on any thread while its handle is closed on another, and a read completes
/// on its handler's executor. Without this they could use whatever has got the number since.
class gate
{
public:
  /// Whether the descriptor is open; if so it stays open until `leave`.
  [[nodiscard]] bool enter() noexcept
  {
    if ((state_.fetch_add(1, std::memory_order_acquire) & shut_bit) == 0)
    {
      return true;
    }
    leave();
    return false;
  }

  void leave() noexcept { state_.fetch_sub(1, std::memory_order_release); }

  /// Lets nobody in any more, and returns when everybody has left: what is done inside is a read
  /// or a write of a fanotify group, neither of which blocks.
  void shut() noexcept
  {
    state_.fetch_or(shut_bit, std::memory_order_acquire);
    while (state_.load(std::memory_order_acquire) != shut_bit)
    {
      std::this_thread::yield();
    }
  }

  /// Open again, and nobody inside. *Precondition*: no other thread knows of it.
  void reset() noexcept { state_.store(0, std::memory_order_relaxed); }

  [[nodiscard]] bool is_shut() const noexcept
  {
    return (state_.load(std::memory_order_acquire) & shut_bit) != 0;
  }

private:
  static constexpr std::uint32_t shut_bit = 0x8000'0000;

  std::atomic<std::uint32_t> state_ = 0;
};

/// Inside of a gate while it lives, if it was open.
class gate_pass
{
public:
  explicit gate_pass(gate& g) noexcept : gate_(g.enter() ? &g : nullptr) {}

  gate_pass(const gate_pass&) = delete;
  gate_pass& operator=(const gate_pass&) = delete;

  ~gate_pass()
  {
    if (gate_ != nullptr)
    {
      gate_->leave();
    }
  }

  [[nodiscard]] explicit operator bool() const noexcept { return gate_ != nullptr; }

private:
  gate* gate_;
};

} // namespace fanio::detail

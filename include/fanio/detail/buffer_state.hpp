#pragma once

#include <fanio/detail/event_owner.hpp>
#include <fanio/event_buffer.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace fanio::detail {

/// What a buffer holds. On the heap and shared with the operation that reads into it, so that
/// views survive a move of the buffer, and the operation its destruction.
class FANIO_API buffer_state : public event_owner
{
public:
  explicit buffer_state(std::size_t bytes);
  ~buffer_state();

  buffer_state(const buffer_state&) = delete;
  buffer_state& operator=(const buffer_state&) = delete;

  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

  /// Where a read may write.
  [[nodiscard]] std::span<std::byte> storage() noexcept { return {bytes_.get(), capacity_}; }

  [[nodiscard]] event_range events() noexcept;

  /// Ends the life of the events in it.
  void clear() noexcept;

  /// Takes over what `from` wrote to the storage: parses it, and owns what is in it. `ec` is set
  /// if the bytes are no events; those before the bad one are owned all the same.
  void accept(std::size_t bytes, const std::shared_ptr<group_state>& from, error_code& ec) noexcept;

private:
  friend class buffer_lease;
  friend class fanio::event_buffer;

  std::unique_ptr<std::byte[]> bytes_;
  std::unique_ptr<std::uint8_t[]> states_;
  std::size_t capacity_;
  std::size_t filled_ = 0; // bytes of events
  std::size_t count_ = 0;  // events
  bool has_descriptors_ = false;
  event_format format_;
  bool abandoned_ = false; // its event_buffer is gone
  std::atomic<bool> in_use_ = false;
};

/// The right of one operation to read into a buffer. Move-only; empty if another holds it.
class buffer_lease
{
public:
  explicit buffer_lease(event_buffer& buffer) noexcept : state_(buffer.state_)
  {
    if (state_ && state_->in_use_.exchange(true, std::memory_order_acquire))
    {
      state_.reset();
      refused_ = true;
    }
  }

  buffer_lease(buffer_lease&&) noexcept = default;
  buffer_lease& operator=(buffer_lease&&) = delete;

  ~buffer_lease() { end(); }

  /// Whether another operation uses the buffer.
  [[nodiscard]] bool is_refused() const noexcept { return refused_; }

  /// Whether the buffer is gone, or was moved from.
  [[nodiscard]] bool is_abandoned() const noexcept { return !state_ || state_->abandoned_; }

  [[nodiscard]] buffer_state& operator*() const noexcept { return *state_; }

  [[nodiscard]] buffer_state* operator->() const noexcept { return state_.get(); }

  /// Gives the buffer back: before its events are handed over, for their reader may start anew.
  void end() noexcept
  {
    if (state_)
    {
      std::exchange(state_, nullptr)->in_use_.store(false, std::memory_order_release);
    }
  }

private:
  std::shared_ptr<buffer_state> state_;
  bool refused_ = false;
};

} // namespace fanio::detail

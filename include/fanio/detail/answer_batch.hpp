#pragma once

#include <fanio/detail/group_state.hpp>
#include <fanio/event_view.hpp>
#include <fanio/response.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

#include <sys/uio.h>

namespace fanio::detail {

/// Answers to be sent with one system call: one write is one response, but writev(2) makes one of
/// each of its vectors. Lives on the stack.
///
/// A response that the kernel refuses (EINVAL: an errno that this group may not give, audit that is
/// not enabled) is sent again as the bare verdict, for its asker would stay blocked.
class FANIO_API answer_batch
{
public:
  static constexpr std::size_t capacity = 64;

  explicit answer_batch(group_state& group) noexcept : group_(group) {}

  /// Sends what is in it: what was decided holds, also when the next decision throws.
  ~answer_batch()
  {
    error_code nobody_left_to_tell;
    send(nobody_left_to_tell);
  }

  answer_batch(const answer_batch&) = delete;
  answer_batch& operator=(const answer_batch&) = delete;

  /// Whether `e` can be answered here: `errc::not_a_permission_event`, `errc::already_answered`,
  /// `errc::foreign_event`, `errc::foreign_process` if not.
  [[nodiscard]] error_code check(const event_view& e) const noexcept;

  /// Puts an answer in. *Precondition*: `check` said yes; the batch is not full.
  void add(const event_view& e, const response& r) noexcept { add(*e.owner_, e.data_, r); }

  /// As above, for the owner itself.
  void add(event_owner& owner, const std::byte* event, const response& r) noexcept;

  [[nodiscard]] bool is_full() const noexcept { return count_ == capacity; }

  /// Sends what is in it. Returns how many were answered; goes on behind an answer that fails, and
  /// `ec` is the first failure.
  std::size_t send(error_code& ec) noexcept;

private:
  [[nodiscard]] std::size_t send_from(std::size_t first, int& error) noexcept;
  [[nodiscard]] bool strip(std::size_t i) noexcept;

  group_state& group_;
  std::size_t count_ = 0;
  std::array<std::array<std::byte, wire::response::size_with_rule>, capacity> bytes_;
  std::array<const std::byte*, capacity> events_;
  std::array<event_owner*, capacity> owners_;
  std::array<iovec, capacity> vectors_;
};

} // namespace fanio::detail

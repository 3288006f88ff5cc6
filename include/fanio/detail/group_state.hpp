#pragma once

#include <fanio/detail/buffer_state.hpp>
#include <fanio/detail/descriptor_reserve.hpp>
#include <fanio/detail/gate.hpp>
#include <fanio/detail/process_identity.hpp>
#include <fanio/detail/request_set.hpp>
#include <fanio/event_mask.hpp>
#include <fanio/group_options.hpp>
#include <fanio/location.hpp>
#include <fanio/mark_flags.hpp>
#include <fanio/unique_fd.hpp>

#include <atomic>
#include <cstddef>
#include <memory>

namespace fanio::detail {

/// An open group without its reactor: what a handle shares with its operations, and with the
/// buffers and events that were read from it. One a group: what is left of a closed group never
/// reaches the next one.
///
/// It knows the descriptor and does not own it.
class FANIO_API group_state : public std::enable_shared_from_this<group_state>
{
public:
  /// *Errors*: throws `std::bad_alloc`.
  group_state(int fd, init_flags flags, const permission_policy& policy);

  group_state(const group_state&) = delete;
  group_state& operator=(const group_state&) = delete;

  [[nodiscard]] int fd() const noexcept { return fd_; }

  [[nodiscard]] init_flags flags() const noexcept { return flags_; }

  [[nodiscard]] const permission_policy& policy() const noexcept { return policy_; }

  /// What has to come before waiting for events: keeps descriptors back, if the policy says so.
  void before_wait() noexcept { reserve_.fill(); }

  /// Makes one read(2), never blocking, into a cleared buffer. `would_block` if the queue is empty,
  /// `operation_aborted` if the group has ended.
  void read(buffer_state& buffer, error_code& ec) noexcept;

  /// Whether the last read has filled its buffer, so that there may be more: each time is told
  /// once.
  [[nodiscard]] bool take_fullness() noexcept
  {
    return was_full_.load(std::memory_order_relaxed) &&
           was_full_.exchange(false, std::memory_order_relaxed);
  }

  /// Blocks until the queue is not empty.
  void wait(error_code& ec) const noexcept;

  void mark(mark_flags flags, mark_target target, event_mask mask, const location& where,
            error_code& ec) noexcept;

  [[nodiscard]] std::size_t queued(error_code& ec) const noexcept;

  /// Whether this kernel would take the response in this group as it is.
  [[nodiscard]] bool accepts(const response& r) noexcept;

  /// Requests that this process has read and not answered.
  [[nodiscard]] std::size_t unanswered() noexcept
  {
    return process_.is(owner_) ? requests_.size() : 0;
  }

  /// What has to come before the descriptor is closed. No event writes to its number any more, so
  /// what was read and not answered is answered here: the kernel would let it go on only if nobody
  /// else has a copy of the descriptor. A fail-closed group denies what is queued, too.
  void end() noexcept;

  /// As `end`, but nothing is denied: the descriptor lives on elsewhere.
  void let_go() noexcept;

  // For those who answer.

  [[nodiscard]] gate& users() noexcept { return gate_; }

  [[nodiscard]] process_identity& process() noexcept { return process_; }

  /// Notes that `fd` was answered.
  void answered(int fd) noexcept { requests_.erase(fd); }

private:
  [[nodiscard]] bool is_fail_closed() const noexcept
  {
    return policy_.default_verdict == verdict::deny && is_permission_class(flags_);
  }

  [[nodiscard]] std::size_t read_limit(std::size_t capacity) noexcept;
  [[nodiscard]] bool is_own(const event_view& e) noexcept;
  void take_note(buffer_state& buffer) noexcept;
  void take_over() noexcept;
  void read_inside(buffer_state& buffer, error_code& ec) noexcept;
  void answer_directly(int event_fd, verdict v) noexcept;
  void deny_queued() noexcept;
  bool deny_next() noexcept;

  int fd_;
  init_flags flags_;
  permission_policy policy_;
  gate gate_;
  process_identity process_;
  std::uint32_t opener_; // the process that made or adopted the group
  std::uint32_t owner_;  // the one whose writers and requests are noted here
  request_set requests_;
  descriptor_reserve reserve_;
  std::atomic<bool> was_full_ = false;
};

/// Opens a group as the options say. *Errors*: as `basic_fanotify_handle::open`.
[[nodiscard]] FANIO_API unique_fd open_group(const group_options& options, init_flags& actual,
                                             error_code& ec) noexcept;

/// Checks that `fd` is a group and makes it non-blocking and close-on-exec.
[[nodiscard]] FANIO_API init_flags adopt_group(int fd, error_code& ec);

} // namespace fanio::detail

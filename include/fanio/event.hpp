#pragma once

#include <fanio/event_view.hpp>

#include <array>
#include <cstddef>
#include <memory>

namespace fanio {

/// One event taken out of its buffer: owns a copy of its bytes, its descriptors, and its duty to
/// answer. It is an `event_view` of itself.
///
/// At the end of its life it answers, if nobody has, with its group's default verdict, and then
/// closes its descriptors. It may outlive its buffer and its handle: once the group is closed the
/// kernel has answered.
///
/// Move-only. An empty or moved-from event has nothing to close and nothing to answer; only
/// assignment, destruction, `operator bool` and `needs_response` are allowed. A view of it is valid
/// until it is moved, assigned to or destroyed.
///
/// *Thread safety*: distinct events may be used at once, also those of one buffer or group, and
/// while the handle is read from, moved or closed.
class event : public event_view
{
public:
  event() noexcept : event_view(nullptr, nullptr, {}) {}

  FANIO_API event(event&& other) noexcept;
  FANIO_API event& operator=(event&& other) noexcept;
  FANIO_API ~event();

  /// Whether it holds an event.
  [[nodiscard]] explicit operator bool() const noexcept { return data_ != nullptr; }

  /// Ends its life now.
  FANIO_API void reset() noexcept;

private:
  friend class event_view;

  explicit event(const event_view& from);

  void steal(event& other) noexcept;
  void point_to(const std::byte* bytes) noexcept;

  // Permission events always fit: 24 bytes, with a pidfd and a range 56.
  static constexpr std::size_t inline_bytes = 128;

  detail::event_owner own_;
  std::uint8_t state_ = 0;
  std::array<std::byte, inline_bytes> inline_{};
  std::unique_ptr<std::byte[]> heap_;
};

} // namespace fanio

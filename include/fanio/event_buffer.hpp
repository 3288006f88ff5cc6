#pragma once

#include <fanio/event_range.hpp>

#include <cstddef>
#include <memory>

namespace fanio {

namespace detail {

class buffer_state;
class buffer_lease;

} // namespace detail

/// Storage for the events of one read; owns every fd and every unanswered permission request in
/// it. Made once and reused: in the steady state reading allocates nothing.
///
/// Starting a read, `clear` and the destructor answer with the group's default verdict what is
/// unanswered, and then close what was not taken. So dropping a completion, a range or a view
/// leaks nothing and leaves nobody blocked.
///
/// Its size bounds how many events one read brings: 24 bytes each in fd groups, some 60 to 100
/// with names, never above 1 KiB. Keep bytes / 24 below the free descriptors of the process: an
/// event for which there is none is lost, or denied.
///
/// Movable; its views stay valid. If it is destroyed while an operation uses it, the operation
/// ends with `operation_aborted`, though not before the next event comes, and consumes nothing.
///
/// *Thread safety*: distinct objects: safe. One object: not safe, but that two operations at once
/// are an error (`errc::buffer_in_use`) and not undefined.
class event_buffer
{
public:
  /// For fd and permission groups small reads are the faster ones, and a full one takes 170
  /// descriptors; for FID groups it holds some 50 events.
  static constexpr std::size_t default_bytes = 4096;

  /// A buffer of this size holds any event of any kernel so far.
  static constexpr std::size_t max_event_bytes = 1024;

  /// *Errors*: throws `std::bad_alloc`.
  FANIO_API explicit event_buffer(std::size_t bytes = default_bytes);

  /// The moved-from buffer has no capacity.
  FANIO_API event_buffer(event_buffer&& other) noexcept;
  FANIO_API event_buffer& operator=(event_buffer&& other) noexcept;
  FANIO_API ~event_buffer();

  /// In bytes. A read into a buffer too small for the next event is refused
  /// (`errc::buffer_too_small`); the event stays queued.
  [[nodiscard]] FANIO_API std::size_t capacity() const noexcept;

  /// The events of the last read; empty after `clear`.
  [[nodiscard]] FANIO_API event_range events() const noexcept;

  /// Ends the life of the events in it. Does nothing while an operation uses the buffer.
  FANIO_API void clear() noexcept;

private:
  friend class detail::buffer_lease;

  std::shared_ptr<detail::buffer_state> state_;
};

} // namespace fanio

#pragma once

#include <fanio/detail/wire.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace fanio::detail {

class group_state;

/// What has been done with an event: bits of one byte an event.
namespace event_state {
inline constexpr std::uint8_t answered = 0x1;   // or it never had to be
inline constexpr std::uint8_t fd_gone = 0x2;    // taken out
inline constexpr std::uint8_t pidfd_gone = 0x4; // taken out
} // namespace event_state

/// Who closes the descriptors of some events and answers what is unanswered: a buffer for all that
/// one read brought, or an `event` for itself.
struct event_owner
{
  const std::byte* base = nullptr; // of the first event
  std::uint8_t* states = nullptr;  // a byte for every wire::event::size bytes of events
  std::shared_ptr<group_state> group;
  std::uint32_t reader = 0; // the process that read them (process_identity)

  /// Events are at least wire::event::size long, so no two share a byte.
  [[nodiscard]] std::uint8_t& state_of(const std::byte* event) noexcept
  {
    return states[static_cast<std::size_t>(event - base) / wire::event::size];
  }
};

/// Ends the life of events: answers with the group's default verdict what is unanswered, and only
/// then closes descriptors, for the kernel knows requests by their fd numbers and a number closed
/// too early belongs to the next event.
void settle(event_owner& owner, std::span<const std::byte> events) noexcept;

} // namespace fanio::detail

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

/// The layout of fanotify's records, as offsets and sizes in bytes.
///
/// Events lie back to back at 4-byte boundaries, so a 64-bit field may be at any of them: every
/// field is read by copy, never through a cast pointer.
namespace fanio::detail::wire {

template <typename T>
  requires std::is_trivially_copyable_v<T>
[[nodiscard]] inline T load(const std::byte* from) noexcept
{
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <typename T>
  requires std::is_trivially_copyable_v<T>
inline void store(std::byte* to, T value) noexcept
{
  std::memcpy(to, &value, sizeof value);
}

/// struct fanotify_event_metadata
namespace event {
inline constexpr std::size_t event_len = 0;    // u32
inline constexpr std::size_t vers = 4;         // u8
inline constexpr std::size_t metadata_len = 6; // u16
inline constexpr std::size_t mask = 8;         // u64
inline constexpr std::size_t fd = 16;          // s32
inline constexpr std::size_t pid = 20;         // s32
inline constexpr std::size_t size = 24;
inline constexpr std::uint8_t version = 3; // FANOTIFY_METADATA_VERSION
} // namespace event

/// struct fanotify_event_info_header
namespace info {
inline constexpr std::size_t type = 0; // u8
inline constexpr std::size_t len = 2;  // u16, the whole record with its padding
inline constexpr std::size_t size = 4;
} // namespace info

/// struct fanotify_event_info_fid, with struct file_handle
namespace fid {
inline constexpr std::size_t fsid = 4;          // s32[2]
inline constexpr std::size_t handle_bytes = 12; // u32
inline constexpr std::size_t handle_type = 16;  // s32
inline constexpr std::size_t handle = 20;       // handle_bytes, then a name in some types
} // namespace fid

namespace pidfd {
inline constexpr std::size_t fd = 4; // s32
inline constexpr std::size_t size = 8;
} // namespace pidfd

namespace error {
inline constexpr std::size_t error = 4; // s32
inline constexpr std::size_t count = 8; // u32
inline constexpr std::size_t size = 12;
} // namespace error

namespace range {
inline constexpr std::size_t offset = 8; // u64
inline constexpr std::size_t count = 16; // u64
inline constexpr std::size_t size = 24;
} // namespace range

namespace mount {
inline constexpr std::size_t id = 8; // u64
inline constexpr std::size_t size = 16;
} // namespace mount

/// struct fanotify_response, and with an audit rule behind it
namespace response {
inline constexpr std::size_t size = 8;
inline constexpr std::size_t size_with_rule = 24;
} // namespace response

// Values of the fd fields that are no descriptors.
inline constexpr std::int32_t no_fd = -1;       // FAN_NOFD, FAN_NOPIDFD
inline constexpr std::int32_t pidfd_error = -2; // FAN_EPIDFD

} // namespace fanio::detail::wire

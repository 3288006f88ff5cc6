#pragma once

#include <fanio/detail/flag_set.hpp>

#include <cstdint>

#include <fcntl.h>

namespace fanio {

namespace detail {

/// The kernel's O_LARGEFILE: the C library defines it as 0 where it is implied.
constexpr std::uint32_t o_largefile() noexcept
{
#if defined(__arm__) || defined(__aarch64__)
  return 0400000;
#elif defined(__powerpc__)
  return 0200000;
#else
  return 0100000;
#endif
}

} // namespace detail

/// How the file descriptors of events are opened: event_f_flags of fanotify_init(2). The kernel
/// takes these and no others.
///
/// rdonly, wronly and rdwr are values of a two-bit field, not bits.
enum class file_flags : std::uint32_t
{
  rdonly = O_RDONLY,
  wronly = O_WRONLY,
  rdwr = O_RDWR,
  append = O_APPEND,
  nonblock = O_NONBLOCK,
  dsync = O_DSYNC,
  sync = O_SYNC,
  largefile = detail::o_largefile(),
  noatime = O_NOATIME,
  cloexec = O_CLOEXEC,

  access_mode = O_ACCMODE,
};

template <>
inline constexpr bool detail::enable_flag_set<file_flags> = true;

} // namespace fanio

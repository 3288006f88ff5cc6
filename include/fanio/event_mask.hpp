#pragma once

#include <fanio/detail/flag_set.hpp>

#include <cstdint>

namespace fanio {

/// What happened, and what a mark asks for: the kernel's FAN_* event bits.
///
/// The values are fanio's own, because the headers of a build host may be older than the kernel
/// that runs. 64 bits wide as in the kernel's ABI. The number behind each is the first kernel.
///
/// Source: fanotify_mark(2), include/uapi/linux/fanotify.h.
enum class event_mask : std::uint64_t
{
  none = 0,

  access = 0x1,         ///< A file was read, a directory listed (with ondir). 2.6.37
  modify = 0x2,         ///< A file was written or truncated. Not raised by mmap. 2.6.37
  attrib = 0x4,         ///< Metadata changed. Needs report_fid or report_dir_fid. 5.1
  close_write = 0x8,    ///< A file that was open for writing was closed. 2.6.37
  close_nowrite = 0x10, ///< A file that was open read-only was closed. 2.6.37
  open = 0x20,          ///< A file was opened. 2.6.37
  moved_from = 0x40,    ///< The old side of a rename in a watched directory. FID groups. 5.1
  moved_to = 0x80,      ///< The new side of a rename in a watched directory. FID groups. 5.1
  create = 0x100,       ///< A directory entry was made. FID groups. 5.1
  delete_ = 0x200,      ///< A directory entry was removed. FID groups. 5.1
  delete_self = 0x400,  ///< The watched object was deleted. FID groups. 5.1
  move_self = 0x800,    ///< The watched object was renamed. FID groups. 5.1
  open_exec = 0x1000,   ///< A file was opened in order to be executed. 5.0

  q_overflow = 0x4000, ///< Events were dropped: the queue was full. Reported, never asked for.
  fs_error = 0x8000,   ///< The filesystem found itself damaged. Filesystem marks, report_fid. 5.16

  open_perm = 0x10000,      ///< May this file be opened? Content-class groups. 2.6.37
  access_perm = 0x20000,    ///< May this file be read? Content-class groups. 2.6.37
  open_exec_perm = 0x40000, ///< May this file be executed? Content-class groups. 5.0
  pre_access = 0x100000,    ///< Contents are about to be accessed. Pre-content groups. 6.14

  mnt_attach = 0x1000000, ///< A mount was attached. report_mnt groups. 6.15
  mnt_detach = 0x2000000, ///< A mount was detached. report_mnt groups. 6.15

  event_on_child = 0x8000000, ///< In marks: also for the children of a marked directory. 2.6.37
  rename = 0x10000000,        ///< A rename with both sides in one event. report_name groups. 5.17
  ondir = 0x40000000, ///< In marks: also when the object is a directory. In events: it is. 2.6.37

  close = close_write | close_nowrite,
  move = moved_from | moved_to,

  /// Every event that waits for a response.
  all_permission = open_perm | access_perm | open_exec_perm | pre_access,
  /// Directory entry events: the object of the event is the directory.
  all_dirent = create | delete_ | moved_from | moved_to | rename,
  /// Bits that qualify a mask and are no events themselves.
  all_modifiers = event_on_child | ondir,
};

template <>
inline constexpr bool detail::enable_flag_set<event_mask> = true;

} // namespace fanio

#pragma once

#include <fanio/detail/flag_set.hpp>

#include <cstdint>

namespace fanio {

/// What a group is and what its events report: the flags of fanotify_init(2).
///
/// fanio always adds `cloexec` and `nonblock`. "Privileged" below means CAP_SYS_ADMIN in the
/// initial user namespace. The number is the first kernel.
enum class init_flags : std::uint32_t
{
  class_notif = 0x0, ///< Notification only. The default. 2.6.37

  cloexec = 0x1,           ///< The group is closed by exec. Always set by fanio. 2.6.37
  nonblock = 0x2,          ///< Reads do not block. Always set by fanio. 2.6.37
  class_content = 0x4,     ///< Permission events, on final contents. Privileged. 2.6.37
  class_pre_content = 0x8, ///< Permission events, before contents are final. Privileged. 2.6.37
  unlimited_queue = 0x10,  ///< The queue has no limit. Privileged. 2.6.37
  unlimited_marks = 0x20,  ///< Marks are not counted. Privileged. 2.6.37
  enable_audit = 0x40,     ///< Responses may be audited. CAP_AUDIT_WRITE. 4.15
  report_pidfd = 0x80,     ///< Events carry a pidfd. Privileged. Not with report_tid. 5.15
  report_tid = 0x100,      ///< Events carry the thread's id. Privileged. 4.20

  report_fid = 0x200,         ///< Events carry the object's file handle and no fd. 5.1
  report_dir_fid = 0x400,     ///< Events carry the directory's file handle. 5.9
  report_name = 0x800,        ///< With report_dir_fid: and the name of the entry. 5.9
  report_target_fid = 0x1000, ///< With the three above: entry events carry the child's. 5.17

  report_fd_error = 0x2000, ///< An fd that could not be made is told, not lost. Privileged. 6.13
  report_mnt = 0x4000,      ///< Mount events of a mount namespace, and only these. 6.15

  report_dfid_name = report_dir_fid | report_name,
  report_dfid_name_target = report_dfid_name | report_fid | report_target_fid,

  all_class_bits = class_content | class_pre_content,
  all_fid_bits = report_dfid_name_target,
};

template <>
inline constexpr bool detail::enable_flag_set<init_flags> = true;

/// Whether a group of these flags can hold permission events.
[[nodiscard]] constexpr bool is_permission_class(init_flags flags) noexcept
{
  return has_any(flags, init_flags::all_class_bits);
}

/// Whether a group of these flags reports objects by file handle, and so without fds.
[[nodiscard]] constexpr bool reports_file_handles(init_flags flags) noexcept
{
  return has_any(flags, init_flags::all_fid_bits);
}

} // namespace fanio

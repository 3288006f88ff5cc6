#pragma once

#include <fanio/detail/config.hpp>

#include <boost/system/error_category.hpp>
#include <boost/system/system_error.hpp>

#include <type_traits>

namespace fanio {

/// Why fanio or the kernel refused.
///
/// Each code that stands for a refusal of the kernel compares equal to the kernel's errno as a
/// condition (`ec == boost::system::errc::invalid_argument`), and its message says which rule was
/// broken and what to do. The kernel is the judge: it is asked first, and its refusal explained
/// after; a refusal that fits no rule known here stays a plain system error.
enum class errc
{
  // Opening a group: fanotify_init(2).
  unknown_init_flag = 1,       ///< EINVAL: this kernel does not know one of the flags.
  both_classes,                ///< EINVAL
  fid_in_permission_class,     ///< EINVAL
  name_without_dir_fid,        ///< EINVAL
  target_fid_without_fid_name, ///< EINVAL
  pidfd_with_tid,              ///< EINVAL
  mount_group_with_class,      ///< EINVAL
  mount_group_with_fid,        ///< EINVAL
  mount_group_with_fd_error,   ///< EINVAL
  bad_file_flags,              ///< EINVAL
  class_needs_privilege,       ///< EPERM
  unlimited_needs_privilege,   ///< EPERM
  report_needs_privilege,      ///< EPERM
  fd_group_needs_privilege,    ///< EPERM
  audit_needs_privilege,       ///< EPERM
  too_many_groups,             ///< EMFILE: the limit of groups a user.
  too_many_descriptors,        ///< EMFILE: the limit of descriptors of this process.
  too_many_files,              ///< ENFILE
  not_in_this_kernel,          ///< ENOSYS

  // Marking: fanotify_mark(2).
  one_command = 100,              ///< EINVAL
  flush_takes_target_only,        ///< EINVAL
  empty_mask,                     ///< EINVAL
  unknown_mark_flag,              ///< EINVAL
  unknown_event,                  ///< EINVAL
  overflow_is_output_only,        ///< EINVAL
  both_ignore_flags,              ///< EINVAL
  permission_needs_content_class, ///< EINVAL
  pre_access_needs_pre_content,   ///< EINVAL
  pre_access_with_ondir,          ///< EINVAL
  pre_access_needs_regular_file,  ///< EINVAL
  event_needs_fid_group,          ///< EINVAL
  event_not_on_mount,             ///< EINVAL
  rename_needs_report_name,       ///< EINVAL
  fs_error_needs_filesystem_mark, ///< EINVAL
  evictable_needs_inode_mark,     ///< EINVAL
  ignore_needs_surv_modify,       ///< EINVAL
  mount_group_takes_mntns_only,   ///< EINVAL
  mount_event_needs_report_mnt,   ///< EINVAL
  not_a_mount_namespace,          ///< EINVAL
  no_permission_on_filesystem,    ///< EINVAL
  no_mark_on_pseudo_filesystem,   ///< EINVAL
  bad_mark_descriptor,            ///< EBADF
  path_only_descriptor,           ///< EBADF
  no_such_path,                   ///< ENOENT
  no_such_mark,                   ///< ENOENT
  not_a_directory,                ///< ENOTDIR
  event_needs_directory,          ///< ENOTDIR
  ignore_on_directory,            ///< EISDIR
  mark_stays_pinned,              ///< EEXIST
  ignore_flags_differ,            ///< EEXIST
  pre_access_and_ondir,           ///< EEXIST
  filesystem_without_handles,     ///< EOPNOTSUPP
  filesystem_without_pre_access,  ///< EOPNOTSUPP
  filesystem_without_fsid,        ///< ENODEV
  subvolume_needs_inode_marks,    ///< EXDEV
  filesystem_needs_own_group,     ///< EXDEV
  too_many_marks,                 ///< ENOSPC
  mark_needs_privilege,           ///< EPERM
  object_not_readable,            ///< EACCES

  // Reading.
  malformed_event = 200, ///< EBADMSG: bytes that no kernel writes.
  unsupported_version,   ///< EBADMSG: an event format that this build does not know.
  buffer_too_small,      ///< EINVAL: the event is still queued.
  buffer_in_use,         ///< EBUSY: an operation is reading into it.

  // Responding.
  not_a_permission_event = 300, ///< EINVAL
  already_answered,             ///< EALREADY
  foreign_event,                ///< EXDEV: read from another group, or from none.
  foreign_process,              ///< EXDEV: read by another process, before a fork.
  no_such_request,              ///< ENOENT

  // Adopting a descriptor.
  not_a_fanotify_group = 400, ///< EINVAL
  already_open,               ///< EALREADY
  requests_unanswered,        ///< EBUSY: a group is released only when nobody waits.
  descriptor_in_use,          ///< EEXIST: another object of the execution context has it.

  // Text.
  unknown_flag_name = 500, ///< EINVAL
  unknown_response,        ///< EINVAL
};

/// The category of `errc`.
[[nodiscard]] FANIO_API const boost::system::error_category& fanio_category() noexcept;

/// The category of events that the kernel lost because their file could not be opened for the
/// reader. The value is the errno, and equals it as a condition.
///
/// Comes from a read of a group without `report_fd_error`; the group stays usable. With that flag
/// the event is delivered instead, and `event_view::lost()` has such a code.
[[nodiscard]] FANIO_API const boost::system::error_category& lost_event_category() noexcept;

/// Makes `errc` values usable as `error_code`s.
[[nodiscard]] inline error_code make_error_code(errc e) noexcept
{
  return {static_cast<int>(e), fanio_category()};
}

namespace detail {

/// Throws `boost::system::system_error` if `ec` is set; `what` names the function.
FANIO_API void throw_on_error(const error_code& ec, const char* what);

} // namespace detail

} // namespace fanio

template <>
struct boost::system::is_error_code_enum<fanio::errc> : std::true_type
{};

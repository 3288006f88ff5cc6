#include "diagnosis.hpp"

#include "known_flags.hpp"
#include "sys.hpp"
#include <fanio/error.hpp>
#include <fanio/group_info.hpp>
#include <fanio/unique_fd.hpp>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <new>

#include <linux/magic.h>
#include <sys/stat.h>

namespace fanio::detail {

namespace {

using enum event_mask;

error_code plain(int error) noexcept
{
  return {error, boost::system::system_category()};
}

// fanotify_init(2) ------------------------------------------------------------------------------

/// The rules of fanotify_init(2) that end in EINVAL.
error_code explain_init_invalid(init_flags flags, file_flags files) noexcept
{
  using enum init_flags;
  if (has_any(flags, report_mnt) && is_permission_class(flags))
  {
    return errc::mount_group_with_class;
  }
  if (has_any(flags, report_mnt) && reports_file_handles(flags))
  {
    return errc::mount_group_with_fid;
  }
  if (has_all(flags, report_mnt | report_fd_error))
  {
    return errc::mount_group_with_fd_error;
  }
  if (has_all(flags, all_class_bits))
  {
    return errc::both_classes;
  }
  if (is_permission_class(flags) && reports_file_handles(flags))
  {
    return errc::fid_in_permission_class;
  }
  if (has_any(flags, report_name) && !has_any(flags, report_dir_fid))
  {
    return errc::name_without_dir_fid;
  }
  if (has_any(flags, report_target_fid) && !has_all(flags, report_dfid_name | report_fid))
  {
    return errc::target_fid_without_fid_name;
  }
  if (has_all(flags, report_pidfd | report_tid))
  {
    return errc::pidfd_with_tid;
  }
  if ((files & file_flags::access_mode) == file_flags::access_mode ||
      !is_empty(files & ~known_file_flags))
  {
    return errc::bad_file_flags;
  }
  return errc::unknown_init_flag;
}

/// What a user without privilege may not ask for.
error_code explain_init_privilege(init_flags flags) noexcept
{
  using enum init_flags;
  if (is_permission_class(flags))
  {
    return errc::class_needs_privilege;
  }
  if (has_any(flags, unlimited_queue | unlimited_marks))
  {
    return errc::unlimited_needs_privilege;
  }
  if (has_any(flags, report_pidfd | report_tid | report_fd_error))
  {
    return errc::report_needs_privilege;
  }
  if (!reports_file_handles(flags) && !has_any(flags, report_mnt))
  {
    return errc::fd_group_needs_privilege;
  }
  return has_any(flags, enable_audit) ? error_code(errc::audit_needs_privilege) : plain(EPERM);
}

// fanotify_mark(2) ------------------------------------------------------------------------------

/// What the object of a mark is, asked without making events.
struct object_kind
{
  bool found = false;
  mode_t mode = 0;
  long filesystem = 0;
  ino_t inode = 0;
};

object_kind examine(const location& where) noexcept
{
  unique_fd opened;
  int fd = where.dirfd();
  if (where.path() != nullptr)
  {
    opened.reset(sys::open_path_at(where.dirfd(), where.path()));
    fd = opened.get();
  }
  object_kind kind;
  kind.found =
      sys::file_of(fd, kind.mode, kind.inode) == 0 && sys::filesystem_of(fd, kind.filesystem) == 0;
  return kind;
}

/// What the kernel says to a mark for `open` on this object in a group that has no other: 0, or
/// the errno.
int refusal_of_object(const mark_call& call) noexcept
{
  using enum init_flags;
  const unique_fd group(
      sys::fanotify_init(to_underlying(report_fid | nonblock | cloexec), O_RDONLY | O_CLOEXEC));
  const auto flags = mark_flags::add | (call.flags & mark_flags::dont_follow);
  return sys::fanotify_mark(
             group.get(), to_underlying(flags) | static_cast<std::uint32_t>(call.target),
             to_underlying(event_mask::open), call.where.dirfd(), call.where.path()) == 0
             ? 0
             : errno;
}

bool is_command_wrong(const mark_call& call) noexcept
{
  return std::popcount(to_underlying(call.flags & mark_flags::all_commands)) != 1;
}

/// EINVAL for what is wrong with the words themselves.
error_code explain_mark_words(const mark_call& call) noexcept
{
  if (has_any(call.mask, q_overflow))
  {
    return errc::overflow_is_output_only;
  }
  constexpr auto any_target = static_cast<std::uint32_t>(mark_target::mntns);
  if (!is_empty(call.flags & ~known_mark_flags) ||
      (static_cast<std::uint32_t>(call.target) & ~any_target) != 0)
  {
    return errc::unknown_mark_flag;
  }
  if (is_command_wrong(call))
  {
    return errc::one_command;
  }
  if (has_any(call.flags, mark_flags::flush))
  {
    return call.flags == mark_flags::flush ? error_code() : errc::flush_takes_target_only;
  }
  if (is_empty(call.mask))
  {
    return errc::empty_mask;
  }
  if (!is_empty(call.mask & ~known_events))
  {
    return errc::unknown_event;
  }
  if (has_all(call.flags, mark_flags::ignore | mark_flags::ignored_mask))
  {
    return errc::both_ignore_flags;
  }
  return {};
}

/// EINVAL for a mask or a target that does not fit the group.
error_code explain_mark_group(const mark_call& call) noexcept
{
  constexpr auto mount_events = mnt_attach | mnt_detach;
  constexpr auto fid_events =
      attrib | all_dirent | delete_self | move_self; // and fs_error, which has a rule of its own
  const bool in_mount_group = has_any(call.group, init_flags::report_mnt);
  if (in_mount_group && (call.target != mark_target::mntns || !is_empty(call.mask & ~mount_events)))
  {
    return errc::mount_group_takes_mntns_only;
  }
  if (!in_mount_group && (call.target == mark_target::mntns || has_any(call.mask, mount_events)))
  {
    return errc::mount_event_needs_report_mnt;
  }
  if (has_any(call.mask, pre_access) && !has_any(call.group, init_flags::class_pre_content))
  {
    return errc::pre_access_needs_pre_content;
  }
  if (has_any(call.mask, all_permission) && !is_permission_class(call.group))
  {
    return errc::permission_needs_content_class;
  }
  if (has_any(call.mask, fid_events | fs_error) && !reports_file_handles(call.group))
  {
    return errc::event_needs_fid_group;
  }
  if (has_any(call.mask, fs_error) && call.target != mark_target::filesystem)
  {
    return errc::fs_error_needs_filesystem_mark;
  }
  if (has_any(call.mask, fid_events) && call.target == mark_target::mount)
  {
    return errc::event_not_on_mount;
  }
  if (has_any(call.mask, rename) && !has_any(call.group, init_flags::report_name))
  {
    return errc::rename_needs_report_name;
  }
  return {};
}

/// EINVAL for what the object, or the kind of mark, does not take.
error_code explain_mark_object(const mark_call& call) noexcept
{
  const bool on_inode = call.target == mark_target::inode;
  if (has_any(call.flags, mark_flags::evictable) && !on_inode)
  {
    return errc::evictable_needs_inode_mark;
  }
  if (has_all(call.mask, pre_access | ondir))
  {
    return errc::pre_access_with_ondir;
  }
  const auto object = examine(call.where);
  if (object.found && object.filesystem == PROC_SUPER_MAGIC && has_any(call.mask, all_permission))
  {
    return errc::no_permission_on_filesystem;
  }
  if (object.found && has_any(call.mask, pre_access) && !S_ISREG(object.mode) &&
      !S_ISDIR(object.mode))
  {
    return errc::pre_access_needs_regular_file;
  }
  const bool ends_with_modification = has_any(call.flags, mark_flags::ignore) &&
                                      !has_any(call.flags, mark_flags::ignored_surv_modify);
  if (call.target == mark_target::mntns &&
      (!ends_with_modification || object.filesystem != NSFS_MAGIC))
  {
    return errc::not_a_mount_namespace;
  }
  if (!on_inode && ends_with_modification)
  {
    return errc::ignore_needs_surv_modify;
  }
  if (!on_inode && refusal_of_object(call) == EINVAL)
  {
    return errc::no_mark_on_pseudo_filesystem;
  }
  return {};
}

error_code explain_mark_invalid(const mark_call& call) noexcept
{
  if (sys::fanotify_mark(call.group_fd, to_underlying(mark_flags::add), to_underlying(open), -1,
                         "relative") != 0 &&
      errno == EINVAL && !has_any(call.group, init_flags::report_mnt))
  {
    return errc::not_a_fanotify_group;
  }
  for (const auto rule : {explain_mark_words, explain_mark_group, explain_mark_object})
  {
    if (const auto ec = rule(call))
    {
      return ec;
    }
  }
  // All known rules hold, so it is a flag or an event that is younger than this kernel.
  return is_command_wrong(call) || call.flags == mark_flags::add ? errc::unknown_event
                                                                 : errc::unknown_mark_flag;
}

error_code explain_bad_descriptor(const mark_call& call) noexcept
{
  const int dirfd = call.where.dirfd();
  if (const int status = sys::get_status_flags(dirfd);
      call.where.path() == nullptr && status >= 0 && (status & O_PATH) != 0)
  {
    return errc::path_only_descriptor;
  }
  return sys::get_fd_flags(call.group_fd) < 0 ? plain(EBADF)
                                              : error_code(errc::bad_mark_descriptor);
}

/// Whether the object has a mark in this group that is not evictable.
bool has_pinned_mark(const mark_call& call) noexcept
try
{
  error_code ec;
  const auto object = examine(call.where);
  const auto marks = read_group_info(call.group_fd, ec).marks;
  return std::ranges::any_of(marks,
                             [&object](const mark_info& mark)
                             {
                               return mark.target == mark_target::inode &&
                                      mark.inode == object.inode &&
                                      !has_any(mark.flags, mark_flags::evictable);
                             });
}
catch (const std::bad_alloc&)
{
  return true;
}

/// EXDEV: the object itself can't be marked so, or not beside the other marks of the group.
error_code explain_mixture(const mark_call& call) noexcept
{
  return call.target != mark_target::inode && examine(call.where).filesystem == BTRFS_SUPER_MAGIC &&
                 refusal_of_object(call) != 0
             ? errc::subvolume_needs_inode_marks
             : errc::filesystem_needs_own_group;
}

error_code explain_exists(const mark_call& call) noexcept
{
  if (has_any(call.flags, mark_flags::evictable) && has_pinned_mark(call))
  {
    return errc::mark_stays_pinned;
  }
  if (has_any(call.flags, mark_flags::ignored_mask | mark_flags::ignore))
  {
    return errc::ignore_flags_differ;
  }
  return errc::pre_access_and_ondir;
}

} // namespace

error_code explain_init(int error, init_flags flags, file_flags files) noexcept
{
  switch (error)
  {
  case EINVAL:
    return explain_init_invalid(flags, files);
  case EPERM:
    return explain_init_privilege(flags);
  case EMFILE: // the limit of groups or that of descriptors: try one
    return unique_fd(sys::eventfd()) ? errc::too_many_groups : errc::too_many_descriptors;
  case ENFILE:
    return errc::too_many_files;
  case ENOSYS:
    return errc::not_in_this_kernel;
  default:
    return plain(error);
  }
}

error_code explain_mark(int error, const mark_call& call) noexcept
{
  switch (error)
  {
  case EINVAL:
    return explain_mark_invalid(call);
  case EBADF:
    return explain_bad_descriptor(call);
  case ENOENT:
    return has_any(call.flags, mark_flags::remove) && examine(call.where).found
               ? errc::no_such_mark
               : errc::no_such_path;
  case ENOTDIR:
    return has_any(call.flags, mark_flags::onlydir) || !examine(call.where).found
               ? errc::not_a_directory
               : errc::event_needs_directory;
  case EISDIR:
    return errc::ignore_on_directory;
  case EEXIST:
    return explain_exists(call);
  case EOPNOTSUPP:
    return has_any(call.mask, pre_access) ? errc::filesystem_without_pre_access
                                          : errc::filesystem_without_handles;
  case ENODEV:
    return errc::filesystem_without_fsid;
  case EXDEV:
    return explain_mixture(call);
  case ENOSPC:
    return errc::too_many_marks;
  case EPERM: // of an inode mark a security module may say so
    return call.target == mark_target::inode ? plain(error)
                                             : error_code(errc::mark_needs_privilege);
  case EACCES:
    return errc::object_not_readable;
  default:
    return plain(error);
  }
}

} // namespace fanio::detail

#include <fanio/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>

namespace fanio {

namespace {

struct explanation
{
  errc code;
  int condition; // the errno that it equals
  std::string_view message;
};

constexpr auto explanations = std::to_array<explanation>({
    {errc::unknown_init_flag, EINVAL,
     "this kernel does not know one of the group's flags; ask fanio::probe() which it knows"},
    {errc::both_classes, EINVAL, "class_content and class_pre_content are two classes; choose one"},
    {errc::fid_in_permission_class, EINVAL,
     "permission classes can't report file handles; use two groups on one io_context"},
    {errc::name_without_dir_fid, EINVAL, "report_name needs report_dir_fid"},
    {errc::target_fid_without_fid_name, EINVAL,
     "report_target_fid needs report_fid, report_dir_fid and report_name"},
    {errc::pidfd_with_tid, EINVAL,
     "this kernel does not take report_pidfd and report_tid together; choose one"},
    {errc::mount_group_with_class, EINVAL,
     "report_mnt can't be in a permission class; use a group of its own"},
    {errc::mount_group_with_fid, EINVAL,
     "report_mnt can't be combined with file handles; use a group of its own"},
    {errc::mount_group_with_fd_error, EINVAL,
     "report_mnt can't be combined with report_fd_error: mount events have no descriptors"},
    {errc::bad_file_flags, EINVAL,
     "event files can be opened with an access mode, append, nonblock, dsync, sync, largefile, "
     "noatime and cloexec, and nothing else"},
    {errc::class_needs_privilege, EPERM,
     "permission events need CAP_SYS_ADMIN in the initial user namespace"},
    {errc::unlimited_needs_privilege, EPERM,
     "unlimited_queue and unlimited_marks need CAP_SYS_ADMIN in the initial user namespace"},
    {errc::report_needs_privilege, EPERM,
     "report_pidfd, report_tid and report_fd_error need CAP_SYS_ADMIN in the initial user "
     "namespace"},
    {errc::fd_group_needs_privilege, EPERM,
     "needs CAP_SYS_ADMIN; as this user a group with report_fid and inode marks works"},
    {errc::audit_needs_privilege, EPERM, "enable_audit needs CAP_AUDIT_WRITE"},
    {errc::too_many_groups, EMFILE,
     "this user has as many groups as fs.fanotify.max_user_groups allows, root too; close some, "
     "share one, or raise the limit"},
    {errc::too_many_descriptors, EMFILE,
     "this process has as many descriptors as it may; close some or raise RLIMIT_NOFILE"},
    {errc::too_many_files, ENFILE, "the system has as many open files as fs.file-max allows"},
    {errc::not_in_this_kernel, ENOSYS, "this kernel is built without fanotify"},

    {errc::one_command, EINVAL, "a mark takes exactly one of add, remove and flush"},
    {errc::flush_takes_target_only, EINVAL, "flush takes a target and no other flag"},
    {errc::empty_mask, EINVAL, "the mask is empty; name at least one event"},
    {errc::unknown_mark_flag, EINVAL,
     "this kernel does not know one of the mark's flags; ask fanio::probe() which it knows"},
    {errc::unknown_event, EINVAL,
     "this kernel does not know one of the mask's events; ask fanio::probe() which it knows"},
    {errc::overflow_is_output_only, EINVAL, "q_overflow can't be asked for: it comes by itself"},
    {errc::both_ignore_flags, EINVAL, "ignored_mask and ignore are two ways; choose one"},
    {errc::permission_needs_content_class, EINVAL,
     "permission events need a content-class group: open it with class_content"},
    {errc::pre_access_needs_pre_content, EINVAL,
     "pre_access needs a group opened with class_pre_content"},
    {errc::pre_access_with_ondir, EINVAL, "pre_access is not for directories; leave ondir out"},
    {errc::pre_access_needs_regular_file, EINVAL,
     "pre_access is for regular files, and for directories with event_on_child"},
    {errc::event_needs_fid_group, EINVAL,
     "attrib, create, delete, moves, *_self and fs_error need a group that reports file "
     "handles: open it with report_fid, or report_dfid_name"},
    {errc::event_not_on_mount, EINVAL,
     "attrib, create, delete, moves and *_self are not for mount marks; mark the directory or "
     "the filesystem"},
    {errc::rename_needs_report_name, EINVAL, "rename needs a group opened with report_dfid_name"},
    {errc::fs_error_needs_filesystem_mark, EINVAL,
     "fs_error is about a whole filesystem; use a filesystem mark"},
    {errc::evictable_needs_inode_mark, EINVAL, "only inode marks can be evictable"},
    {errc::ignore_needs_surv_modify, EINVAL,
     "on a mount, a filesystem or a mount namespace, ignore needs ignored_surv_modify: use "
     "ignore_surv"},
    {errc::mount_group_takes_mntns_only, EINVAL,
     "a report_mnt group takes mnt_attach and mnt_detach on mntns marks, and nothing else"},
    {errc::mount_event_needs_report_mnt, EINVAL,
     "mount events and mntns marks need a group opened with report_mnt"},
    {errc::not_a_mount_namespace, EINVAL,
     "a mntns mark goes on a mount namespace, such as /proc/self/ns/mnt"},
    {errc::no_permission_on_filesystem, EINVAL,
     "this filesystem does not ask for permission (procfs never does)"},
    {errc::no_mark_on_pseudo_filesystem, EINVAL,
     "pipes, memory files and the like have no mount or filesystem to mark; use an inode mark"},
    {errc::bad_mark_descriptor, EBADF,
     "the descriptor that names the object of the mark is not open, or missing"},
    {errc::path_only_descriptor, EBADF,
     "an O_PATH descriptor can't be marked by itself; give its number with the path \".\" if "
     "it is a directory, else /proc/self/fd/N"},
    {errc::no_such_path, ENOENT, "there is nothing at this path"},
    {errc::no_such_mark, ENOENT, "this object has no such mark in this group"},
    {errc::not_a_directory, ENOTDIR, "the path, or a part of it, is not a directory"},
    {errc::event_needs_directory, ENOTDIR,
     "rename, and in some groups every directory entry event, ondir and event_on_child, need a "
     "directory; mark the file's directory"},
    {errc::ignore_on_directory, EISDIR,
     "on a directory, ignore needs ignored_surv_modify: use ignore_surv"},
    {errc::mark_stays_pinned, EEXIST,
     "the object has a mark that is not evictable, and can't be made so; remove it first"},
    {errc::ignore_flags_differ, EEXIST,
     "the object has an ignore mark of another kind; remove it first"},
    {errc::pre_access_and_ondir, EEXIST,
     "one mark can't have both pre_access and ondir; remove the one first"},
    {errc::filesystem_without_handles, EOPNOTSUPP,
     "this filesystem has no file handles, or can't decode them; use inode marks, or a group that "
     "reports fds"},
    {errc::filesystem_without_pre_access, EOPNOTSUPP,
     "this filesystem has no pre_access events; ext4, xfs and btrfs have"},
    {errc::filesystem_without_fsid, ENODEV,
     "this filesystem has no fsid: use an inode mark in a group of its own, or a group that "
     "reports fds"},
    {errc::subvolume_needs_inode_marks, EXDEV,
     "a btrfs subvolume can't be marked as a mount or filesystem in a group of file handles; "
     "mark the filesystem's root, or inodes"},
    {errc::filesystem_needs_own_group, EXDEV,
     "this filesystem or subvolume can't share a group of file handles with another; use a "
     "group for each"},
    {errc::too_many_marks, ENOSPC,
     "this user has as many marks as fs.fanotify.max_user_marks allows; remove some, mark a "
     "filesystem instead, or open the group with unlimited_marks"},
    {errc::mark_needs_privilege, EPERM,
     "mount, filesystem and mntns marks need CAP_SYS_ADMIN in the initial user namespace, since "
     "6.16 in that which owns what is marked; inode marks need none"},
    {errc::object_not_readable, EACCES, "marking needs the right to read the object"},

    {errc::malformed_event, EBADMSG, "the bytes are not a fanotify event"},
    {errc::unsupported_version, EBADMSG,
     "the event has a metadata version other than 3, which this build of fanio can't read"},
    {errc::buffer_too_small, EINVAL,
     "the buffer is smaller than the next event, which stays queued; 1024 bytes hold any"},
    {errc::buffer_in_use, EBUSY,
     "another operation is reading into this buffer; give each its own"},

    {errc::not_a_permission_event, EINVAL, "only permission events can be answered"},
    {errc::already_answered, EALREADY, "this event has been answered, or its file was lost"},
    {errc::foreign_event, EXDEV,
     "this event is not of this group: the one it was read from, if any, can answer it"},
    {errc::foreign_process, EXDEV,
     "this event was read before a fork, by another process, which alone can answer it"},
    {errc::no_such_request, ENOENT, "the kernel has no such request any more"},

    {errc::not_a_fanotify_group, EINVAL, "the descriptor is no fanotify group"},
    {errc::already_open, EALREADY, "the handle has a group; close or release it first"},
    {errc::requests_unanswered, EBUSY,
     "events of this group wait for their answers; answer them, or clear their buffers, first"},
    {errc::descriptor_in_use, EEXIST,
     "another object of this execution context has the descriptor; release it there first"},

    {errc::unknown_flag_name, EINVAL, "the text names no flag of this kind"},
    {errc::unknown_response, EINVAL,
     "the text is no response: allow or deny, deny(ERRNO), |audit, |audit(RULE,SUBJECT,OBJECT)"},
});

class fanio_category_type final : public boost::system::error_category
{
public:
  constexpr fanio_category_type() noexcept : error_category(0x9d3a'51c2'7e06'f4b8) {}

  const char* name() const noexcept override { return "fanio"; }

  std::string message(int code) const override
  {
    const auto* found = find(code);
    return std::string(found != nullptr ? found->message : "unknown fanio error");
  }

  boost::system::error_condition default_error_condition(int code) const noexcept override
  {
    const auto* found = find(code);
    return found != nullptr
               ? boost::system::error_condition(found->condition, boost::system::generic_category())
               : boost::system::error_condition(code, *this);
  }

private:
  static const explanation* find(int code) noexcept
  {
    const auto* found =
        std::ranges::find(explanations, static_cast<errc>(code), &explanation::code);
    return found != explanations.end() ? found : nullptr;
  }
};

class lost_event_category_type final : public boost::system::error_category
{
public:
  constexpr lost_event_category_type() noexcept : error_category(0x9d3a'51c2'7e06'f4b9) {}

  const char* name() const noexcept override { return "fanio.lost_event"; }

  std::string message(int code) const override
  {
    return "an event was lost, and access denied if it was asked for: its file could not be "
           "opened for the reader (" +
           boost::system::system_category().message(code) + ")" +
           (code == EMFILE ? "; use smaller buffers, reserved_descriptors, or raise RLIMIT_NOFILE"
                           : "");
  }

  boost::system::error_condition default_error_condition(int code) const noexcept override
  {
    return {code, boost::system::generic_category()};
  }
};

constexpr fanio_category_type the_fanio_category;
constexpr lost_event_category_type the_lost_event_category;

} // namespace

const boost::system::error_category& fanio_category() noexcept
{
  return the_fanio_category;
}

const boost::system::error_category& lost_event_category() noexcept
{
  return the_lost_event_category;
}

void detail::throw_on_error(const error_code& ec, const char* what)
{
  if (ec)
  {
    throw boost::system::system_error(ec, what);
  }
}

} // namespace fanio

// fanio has constants of its own, for the headers of a build host may be older than the kernel
// that runs. Where the headers have a constant too, it must be the same. This file makes no code.

#include <fanio/detail/wire.hpp>
#include <fanio/event_mask.hpp>
#include <fanio/file_handle.hpp>
#include <fanio/info_record.hpp>
#include <fanio/init_flags.hpp>
#include <fanio/mark_flags.hpp>
#include <fanio/response.hpp>

#include <cstddef>

#include <sys/fanotify.h>

namespace fanio {

namespace {

template <flag_set Flags>
constexpr bool same(Flags ours, std::uint64_t kernels)
{
  return to_underlying(ours) == kernels;
}

// Present in the oldest headers that fanio is built with (5.10).
static_assert(same(event_mask::access, FAN_ACCESS));
static_assert(same(event_mask::modify, FAN_MODIFY));
static_assert(same(event_mask::attrib, FAN_ATTRIB));
static_assert(same(event_mask::close_write, FAN_CLOSE_WRITE));
static_assert(same(event_mask::close_nowrite, FAN_CLOSE_NOWRITE));
static_assert(same(event_mask::close, FAN_CLOSE));
static_assert(same(event_mask::open, FAN_OPEN));
static_assert(same(event_mask::moved_from, FAN_MOVED_FROM));
static_assert(same(event_mask::moved_to, FAN_MOVED_TO));
static_assert(same(event_mask::move, FAN_MOVE));
static_assert(same(event_mask::create, FAN_CREATE));
static_assert(same(event_mask::delete_, FAN_DELETE));
static_assert(same(event_mask::delete_self, FAN_DELETE_SELF));
static_assert(same(event_mask::move_self, FAN_MOVE_SELF));
static_assert(same(event_mask::open_exec, FAN_OPEN_EXEC));
static_assert(same(event_mask::q_overflow, FAN_Q_OVERFLOW));
static_assert(same(event_mask::open_perm, FAN_OPEN_PERM));
static_assert(same(event_mask::access_perm, FAN_ACCESS_PERM));
static_assert(same(event_mask::open_exec_perm, FAN_OPEN_EXEC_PERM));
static_assert(same(event_mask::event_on_child, FAN_EVENT_ON_CHILD));
static_assert(same(event_mask::ondir, FAN_ONDIR));

static_assert(same(init_flags::cloexec, FAN_CLOEXEC));
static_assert(same(init_flags::nonblock, FAN_NONBLOCK));
static_assert(same(init_flags::class_notif, FAN_CLASS_NOTIF));
static_assert(same(init_flags::class_content, FAN_CLASS_CONTENT));
static_assert(same(init_flags::class_pre_content, FAN_CLASS_PRE_CONTENT));
static_assert(same(init_flags::unlimited_queue, FAN_UNLIMITED_QUEUE));
static_assert(same(init_flags::unlimited_marks, FAN_UNLIMITED_MARKS));
static_assert(same(init_flags::enable_audit, FAN_ENABLE_AUDIT));
static_assert(same(init_flags::report_tid, FAN_REPORT_TID));
static_assert(same(init_flags::report_fid, FAN_REPORT_FID));
static_assert(same(init_flags::report_dir_fid, FAN_REPORT_DIR_FID));
static_assert(same(init_flags::report_name, FAN_REPORT_NAME));
static_assert(same(init_flags::report_dfid_name, FAN_REPORT_DFID_NAME));

static_assert(same(mark_flags::add, FAN_MARK_ADD));
static_assert(same(mark_flags::remove, FAN_MARK_REMOVE));
static_assert(same(mark_flags::flush, FAN_MARK_FLUSH));
static_assert(same(mark_flags::dont_follow, FAN_MARK_DONT_FOLLOW));
static_assert(same(mark_flags::onlydir, FAN_MARK_ONLYDIR));
static_assert(same(mark_flags::ignored_mask, FAN_MARK_IGNORED_MASK));
static_assert(same(mark_flags::ignored_surv_modify, FAN_MARK_IGNORED_SURV_MODIFY));
static_assert(static_cast<unsigned>(mark_target::inode) == FAN_MARK_INODE);
static_assert(static_cast<unsigned>(mark_target::mount) == FAN_MARK_MOUNT);
static_assert(static_cast<unsigned>(mark_target::filesystem) == FAN_MARK_FILESYSTEM);

static_assert(same(response_flags::allow, FAN_ALLOW));
static_assert(same(response_flags::deny, FAN_DENY));
static_assert(same(response_flags::audit, FAN_AUDIT));

static_assert(detail::wire::event::version == FANOTIFY_METADATA_VERSION);
static_assert(detail::wire::no_fd == FAN_NOFD);
static_assert(detail::wire::event::size == sizeof(fanotify_event_metadata));
static_assert(detail::wire::event::vers == offsetof(fanotify_event_metadata, vers));
static_assert(detail::wire::event::metadata_len == offsetof(fanotify_event_metadata, metadata_len));
static_assert(detail::wire::event::mask == offsetof(fanotify_event_metadata, mask));
static_assert(detail::wire::event::fd == offsetof(fanotify_event_metadata, fd));
static_assert(detail::wire::event::pid == offsetof(fanotify_event_metadata, pid));
static_assert(detail::wire::info::size == sizeof(fanotify_event_info_header));
static_assert(detail::wire::info::len == offsetof(fanotify_event_info_header, len));
static_assert(detail::wire::fid::fsid == offsetof(fanotify_event_info_fid, fsid));
static_assert(detail::wire::fid::handle_bytes == offsetof(fanotify_event_info_fid, handle));
static_assert(detail::wire::response::size == sizeof(fanotify_response));
static_assert(sizeof(fsid) == sizeof(__kernel_fsid_t));
static_assert(static_cast<int>(info_type::fid) == FAN_EVENT_INFO_TYPE_FID);
static_assert(static_cast<int>(info_type::dfid_name) == FAN_EVENT_INFO_TYPE_DFID_NAME);
static_assert(static_cast<int>(info_type::dfid) == FAN_EVENT_INFO_TYPE_DFID);

// Younger ones.
#ifdef FAN_REPORT_PIDFD // 5.15
static_assert(same(init_flags::report_pidfd, FAN_REPORT_PIDFD));
static_assert(detail::wire::pidfd_error == FAN_EPIDFD);
static_assert(static_cast<int>(info_type::pidfd) == FAN_EVENT_INFO_TYPE_PIDFD);
static_assert(detail::wire::pidfd::size == sizeof(fanotify_event_info_pidfd));
#endif
#ifdef FAN_FS_ERROR // 5.16
static_assert(same(event_mask::fs_error, FAN_FS_ERROR));
static_assert(static_cast<int>(info_type::error) == FAN_EVENT_INFO_TYPE_ERROR);
static_assert(detail::wire::error::size == sizeof(fanotify_event_info_error));
#endif
#ifdef FAN_RENAME // 5.17
static_assert(same(event_mask::rename, FAN_RENAME));
static_assert(same(init_flags::report_target_fid, FAN_REPORT_TARGET_FID));
static_assert(same(init_flags::report_dfid_name_target, FAN_REPORT_DFID_NAME_TARGET));
static_assert(static_cast<int>(info_type::old_dfid_name) == FAN_EVENT_INFO_TYPE_OLD_DFID_NAME);
static_assert(static_cast<int>(info_type::new_dfid_name) == FAN_EVENT_INFO_TYPE_NEW_DFID_NAME);
#endif
#ifdef FAN_MARK_EVICTABLE // 5.19
static_assert(same(mark_flags::evictable, FAN_MARK_EVICTABLE));
#endif
#ifdef FAN_MARK_IGNORE // 6.0
static_assert(same(mark_flags::ignore, FAN_MARK_IGNORE));
static_assert(same(mark_flags::ignore_surv, FAN_MARK_IGNORE_SURV));
#endif
#ifdef FAN_INFO // 6.3
static_assert(same(response_flags::info, FAN_INFO));
static_assert(detail::wire::response::size_with_rule ==
              sizeof(fanotify_response) + sizeof(fanotify_response_info_audit_rule));
#endif
#ifdef FAN_REPORT_FD_ERROR // 6.13
static_assert(same(init_flags::report_fd_error, FAN_REPORT_FD_ERROR));
#endif
#ifdef FAN_PRE_ACCESS // 6.14
static_assert(same(event_mask::pre_access, FAN_PRE_ACCESS));
static_assert(static_cast<int>(info_type::range) == FAN_EVENT_INFO_TYPE_RANGE);
static_assert(detail::wire::range::size == sizeof(fanotify_event_info_range));
#endif
#ifdef FAN_DENY_ERRNO // 6.14
static_assert(response::deny(5).word() == FAN_DENY_ERRNO(5));
#endif
#ifdef FAN_REPORT_MNT // 6.15
static_assert(same(init_flags::report_mnt, FAN_REPORT_MNT));
static_assert(same(event_mask::mnt_attach, FAN_MNT_ATTACH));
static_assert(same(event_mask::mnt_detach, FAN_MNT_DETACH));
static_assert(static_cast<unsigned>(mark_target::mntns) == FAN_MARK_MNTNS);
static_assert(static_cast<int>(info_type::mnt) == FAN_EVENT_INFO_TYPE_MNT);
static_assert(detail::wire::mount::size == sizeof(fanotify_event_info_mnt));
#endif

} // namespace

} // namespace fanio

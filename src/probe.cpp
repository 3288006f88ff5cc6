#include "sys.hpp"
#include <fanio/detail/group_state.hpp>
#include <fanio/probe.hpp>
#include <fanio/unique_fd.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/resource.h>

namespace fanio {

namespace {

// Asking the kernel -------------------------------------------------------------------------------

constexpr auto always = init_flags::cloexec | init_flags::nonblock;

unique_fd open_bare(init_flags flags) noexcept
{
  return unique_fd(sys::fanotify_init(to_underlying(flags | always), O_RDONLY | O_CLOEXEC));
}

/// Asks whether a group takes a mark, without marking: all else being right, a relative path under
/// a bad directory descriptor gives EBADF, and what the kernel does not know, EINVAL before that.
int mark_error(int group, mark_flags flags, mark_target target, event_mask mask) noexcept
{
  constexpr int no_directory = -1;
  if (sys::fanotify_mark(group, to_underlying(flags) | static_cast<std::uint32_t>(target),
                         to_underlying(mask), no_directory, "x") == 0)
  {
    return 0;
  }
  return errno;
}

support judge(const unique_fd& group, mark_flags flags, mark_target target, event_mask mask)
{
  // Words are judged before the group's descriptor is: so this needs no privilege.
  if (mark_error(-1, flags, target, mask) == EINVAL)
  {
    return support::no;
  }
  if (!group)
  {
    return support::not_permitted;
  }
  switch (mark_error(group.get(), flags, target, mask))
  {
  case EBADF:
    return support::yes;
  case EPERM:
    return support::not_permitted;
  default:
    return support::no;
  }
}

// What each flag has to have beside it ------------------------------------------------------------

init_flags companions_of(init_flags flag) noexcept
{
  using enum init_flags;
  switch (flag)
  {
  case report_name:
    return report_dir_fid;
  case report_target_fid:
    return report_dfid_name | report_fid;
  case cloexec:
  case nonblock: // any group will do, and this kind needs no privilege
    return report_fid;
  default:
    return {};
  }
}

/// The groups in which events are asked for; empty where this user can't have them.
struct groups
{
  unique_fd fd = open_bare({});
  unique_fd named = open_bare(init_flags::report_dfid_name | init_flags::report_fid);
  unique_fd pre_content = open_bare(init_flags::class_pre_content);
  unique_fd mounts = open_bare(init_flags::report_mnt);

  /// A group that takes the event.
  [[nodiscard]] const unique_fd& of(event_mask event) const noexcept
  {
    if (has_any(event, event_mask::all_permission))
    {
      return pre_content;
    }
    if (has_any(event, event_mask::mnt_attach | event_mask::mnt_detach))
    {
      return mounts;
    }
    return named;
  }
};

mark_target target_of(event_mask event) noexcept
{
  if (has_any(event, event_mask::mnt_attach | event_mask::mnt_detach))
  {
    return mark_target::mntns;
  }
  return event == event_mask::fs_error ? mark_target::filesystem : mark_target::inode;
}

// The parts of the report -------------------------------------------------------------------------

constexpr auto init_flags_asked = std::to_array<init_flags>({
    init_flags::class_notif,
    init_flags::class_content,
    init_flags::class_pre_content,
    init_flags::cloexec,
    init_flags::nonblock,
    init_flags::unlimited_queue,
    init_flags::unlimited_marks,
    init_flags::enable_audit,
    init_flags::report_pidfd,
    init_flags::report_tid,
    init_flags::report_fid,
    init_flags::report_dir_fid,
    init_flags::report_name,
    init_flags::report_target_fid,
    init_flags::report_fd_error,
    init_flags::report_mnt,
});

constexpr auto events_asked = std::to_array<event_mask>({
    event_mask::access,      event_mask::modify,         event_mask::attrib,
    event_mask::close_write, event_mask::close_nowrite,  event_mask::open,
    event_mask::moved_from,  event_mask::moved_to,       event_mask::create,
    event_mask::delete_,     event_mask::delete_self,    event_mask::move_self,
    event_mask::open_exec,   event_mask::fs_error,       event_mask::open_perm,
    event_mask::access_perm, event_mask::open_exec_perm, event_mask::pre_access,
    event_mask::mnt_attach,  event_mask::mnt_detach,     event_mask::event_on_child,
    event_mask::rename,      event_mask::ondir,
});

constexpr auto targets_asked = std::to_array<mark_target>(
    {mark_target::inode, mark_target::mount, mark_target::filesystem, mark_target::mntns});

constexpr auto mark_flags_asked = std::to_array<mark_flags>({
    mark_flags::dont_follow,
    mark_flags::onlydir,
    mark_flags::ignored_mask,
    mark_flags::ignored_surv_modify,
    mark_flags::evictable,
    mark_flags::ignore,
});

const auto responses_asked = std::to_array<response>({
    response::allow(),
    response::deny(),
    response::deny(EPERM),
    response::deny(EIO),
    response::deny(EAGAIN),
    response::deny(EBUSY),
    response::deny(ETXTBSY),
    response::deny(ENOSPC),
    response::deny(EDQUOT),
    response::deny().audit(),
    response::deny().audit(audit_rule{}),
});

void probe_groups(probe_report& report)
{
  for (const auto flag : init_flags_asked)
  {
    const auto group = open_bare(flag | companions_of(flag));
    const int error = group ? 0 : errno;
    report.groups.push_back({flag, group                                ? support::yes
                                   : error == EINVAL || error == ENOSYS ? support::no
                                                                        : support::not_permitted});
    // Without privilege EPERM comes before the kernel has looked whether it knows the flag.
  }
  report.in_kernel = std::ranges::any_of(report.groups, [](const auto& asked)
                                         { return asked.result != support::no; });
}

void probe_marks(probe_report& report)
{
  const groups open;
  for (const auto event : events_asked)
  {
    report.events.push_back(
        {event, judge(open.of(event), mark_flags::add, target_of(event), event)});
  }
  for (const auto flag : mark_flags_asked)
  {
    report.marks.push_back(
        {flag, judge(open.named, mark_flags::add | flag, mark_target::inode, event_mask::open)});
  }
  for (const auto target : targets_asked)
  {
    const bool is_mntns = target == mark_target::mntns;
    report.targets.push_back(
        {target, judge(is_mntns ? open.mounts : open.named, mark_flags::add, target,
                       is_mntns ? event_mask::mnt_attach : event_mask::open)});
  }
}

void probe_responses(probe_report& report)
{
  // A group of the class with the most forms. Audit needs a capability of its own.
  auto flags = init_flags::class_pre_content | init_flags::enable_audit;
  auto group = open_bare(flags);
  if (!group)
  {
    flags = init_flags::class_pre_content;
    group = open_bare(flags);
  }
  for (const auto& form : responses_asked)
  {
    auto result = support::not_permitted;
    if (group && has_any(form.flags(), response_flags::audit) &&
        !has_any(flags, init_flags::enable_audit))
    {
      result = report.of(init_flags::enable_audit); // for the same reason
    }
    else if (group)
    {
      detail::group_state asked(group.get(), flags, {});
      result = asked.accepts(form) ? support::yes : support::no;
    }
    report.responses.push_back({form, result});
  }
}

std::string read_file(const char* path)
{
  const unique_fd file(sys::open(path, O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> text;
  const auto bytes = sys::uninterrupted(
      [&] { return sys::read(file.get(), std::as_writable_bytes(std::span(text))); });
  return bytes > 0 ? std::string(text.data(), static_cast<std::size_t>(bytes)) : std::string();
}

template <typename Number>
std::optional<Number> leading_number(std::string_view text, int base)
{
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

std::optional<std::uint64_t> read_number(const char* path)
{
  return leading_number<std::uint64_t>(read_file(path), 10);
}

void probe_limits(fanotify_limits& limits)
{
  limits.max_queued_events = read_number("/proc/sys/fs/fanotify/max_queued_events");
  limits.max_user_groups = read_number("/proc/sys/fs/fanotify/max_user_groups");
  limits.max_user_marks = read_number("/proc/sys/fs/fanotify/max_user_marks");
  limits.watchdog_timeout = read_number("/proc/sys/fs/fanotify/watchdog_timeout");
  limits.max_namespace_groups = read_number("/proc/sys/user/max_fanotify_groups");
  limits.max_namespace_marks = read_number("/proc/sys/user/max_fanotify_marks");
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) == 0)
  {
    limits.max_descriptors = descriptors.rlim_cur;
  }
}

void probe_privileges(privileges& may)
{
  // Bit numbers of <linux/capability.h>.
  constexpr unsigned dac_read_search = 2;
  constexpr unsigned sys_admin = 21;
  constexpr unsigned audit_write = 29;

  const auto status = read_file("/proc/self/status");
  constexpr std::string_view key = "CapEff:";
  std::uint64_t effective = 0;
  if (const auto at = status.find(key); at != std::string::npos)
  {
    effective = leading_number<std::uint64_t>(std::string_view(status).substr(at + key.size()), 16)
                    .value_or(0);
  }
  const auto has = [effective](unsigned bit) { return (effective >> bit & 1) != 0; };
  may.dac_read_search = has(dac_read_search);
  may.sys_admin = has(sys_admin);
  may.audit_write = has(audit_write);

  // The initial namespace, and no other, maps every id to itself.
  const auto map = read_file("/proc/self/uid_map");
  may.in_initial_user_namespace = map.find("4294967295") != std::string::npos;
}

template <typename T>
support find(const std::vector<probed<T>>& list, const T& what) noexcept
{
  const auto found = std::ranges::find(list, what, &probed<T>::what);
  return found != list.end() ? found->result : support::no;
}

} // namespace

std::string to_string(support s)
{
  switch (s)
  {
  case support::no:
    return "no";
  case support::not_permitted:
    return "not permitted";
  case support::yes:
    break;
  }
  return "yes";
}

support probe_report::of(init_flags flag) const noexcept
{
  return find(groups, flag);
}

support probe_report::of(mark_target target) const noexcept
{
  return find(targets, target);
}

support probe_report::of(mark_flags flag) const noexcept
{
  return find(marks, flag);
}

support probe_report::of(event_mask event) const noexcept
{
  return find(events, event);
}

support probe_report::of(const response& form) const noexcept
{
  return find(responses, form);
}

probe_report probe()
{
  probe_report report;
  probe_groups(report);
  probe_marks(report);
  probe_responses(report);
  probe_limits(report.limits);
  probe_privileges(report.privileges);
  return report;
}

} // namespace fanio

#pragma once

#include "../checks.hpp"

namespace fanio::tool {

// What checks need --------------------------------------------------------------------------------

template <auto Feature>
bool has(const probe_report& report)
{
  return report.of(Feature) == support::yes;
}

template <auto... Features>
bool has_all_of(const probe_report& report)
{
  return (has<Features>(report) && ...);
}

/// A user who may not do everything is told of fewer things.
inline bool is_ordinary_user(const probe_report& report)
{
  const auto& may = report.privileges;
  return !may.sys_admin && has<init_flags::report_name>(report);
}

/// What every group of file handles has.
inline constexpr need handles{"FAN_REPORT_NAME (Linux 5.9; for ordinary users 5.13)",
                              has<init_flags::report_name>};

inline constexpr need renames{"FAN_RENAME (Linux 5.17)",
                              has_all_of<event_mask::rename, init_flags::report_name>};

inline constexpr need targets{"FAN_REPORT_TARGET_FID (Linux 5.17)",
                              has<init_flags::report_target_fid>};

inline constexpr need ignores{"FAN_MARK_IGNORE (Linux 6.0)",
                              has_all_of<mark_flags::ignore, init_flags::report_name>};

inline constexpr need evictable_marks{"FAN_MARK_EVICTABLE (Linux 5.19)",
                                      has_all_of<mark_flags::evictable, init_flags::report_name>};

inline constexpr need ordinary_user{"to be run as an ordinary user", is_ordinary_user};

inline constexpr need root{"CAP_SYS_ADMIN in the initial user namespace",
                           has<init_flags::unlimited_queue>};

inline constexpr need privileged_ignores{
    "CAP_SYS_ADMIN in the initial user namespace, and FAN_MARK_IGNORE (Linux 6.0)",
    has_all_of<init_flags::unlimited_queue, mark_flags::ignore>};

inline constexpr need privileged_evictable_marks{
    "CAP_SYS_ADMIN in the initial user namespace, and FAN_MARK_EVICTABLE (Linux 5.19)",
    has_all_of<init_flags::unlimited_queue, mark_flags::evictable>};

inline constexpr need filesystem_errors{
    "CAP_SYS_ADMIN in the initial user namespace, and FAN_FS_ERROR (Linux 5.16)",
    has_all_of<init_flags::unlimited_queue, event_mask::fs_error>};

inline constexpr need pidfds{
    "CAP_SYS_ADMIN in the initial user namespace, and FAN_REPORT_PIDFD (Linux 5.15)",
    has<init_flags::report_pidfd>};

inline constexpr need descriptor_errors{
    "CAP_SYS_ADMIN in the initial user namespace, and FAN_REPORT_FD_ERROR (Linux 6.13)",
    has<init_flags::report_fd_error>};

inline constexpr need permission_events{
    "CAP_SYS_ADMIN in the initial user namespace, and CONFIG_FANOTIFY_ACCESS_PERMISSIONS",
    has<event_mask::open_perm>};

inline constexpr need pre_content_events{
    "CAP_SYS_ADMIN in the initial user namespace, and FAN_PRE_ACCESS (Linux 6.14)",
    has<event_mask::pre_access>};

} // namespace fanio::tool

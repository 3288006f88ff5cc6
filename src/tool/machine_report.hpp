#pragma once

#include <fanio/error.hpp>
#include <fanio/group_info.hpp>
#include <fanio/resolve/mount_table.hpp>

#include <string>
#include <vector>

#include <sys/types.h>

namespace fanio::tool {

/// A fanotify group of some process on this machine.
struct held_group
{
  pid_t pid = 0;
  std::string comm; ///< Any bytes.
  uid_t uid = 0;
  group_info group;
};

/// All that this user may see, by the fdinfo of every process: root sees all of them. One that is
/// shared by several processes is there for each.
[[nodiscard]] std::vector<held_group> find_held_groups();

/// What can be watched on a filesystem; an error says why not.
struct filesystem_report
{
  resolve::mount where;
  bool is_asked = false;  ///< Not so of those that a server answers for, who may not.
  error_code descriptors; ///< In a group that reports descriptors.
  error_code handles;     ///< In a group that reports file handles.
  error_code pre_access;  ///< FAN_PRE_ACCESS.
};

/// Each filesystem once, where it is mounted first. Privileged, the whole filesystem is marked for
/// a moment in groups that are closed at once; else, or for events that somebody would wait for,
/// the directory where it is mounted.
[[nodiscard]] std::vector<filesystem_report> examine_filesystems(bool is_privileged);

} // namespace fanio::tool

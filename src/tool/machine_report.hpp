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
  bool is_asked = false;    ///< Not so of those that a server answers for, who may not.
  error_code descriptors;   ///< By a filesystem mark, in a group that reports descriptors.
  error_code handles;       ///< The same, in a group that reports file handles.
  error_code inode_handles; ///< By an inode mark; the kernel asks less of its handles then.
  error_code pre_access;    ///< FAN_PRE_ACCESS, by an inode mark, for somebody would wait for it.
};

/// Each filesystem where it is mounted first, and where something of it is mounted besides of which
/// the answer is another, as a subvolume; but not what another mount hides. Each mark goes at once.
[[nodiscard]] std::vector<filesystem_report> examine_filesystems();

} // namespace fanio::tool

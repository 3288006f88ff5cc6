#pragma once

#include <fanio/event_mask.hpp>
#include <fanio/file_flags.hpp>
#include <fanio/init_flags.hpp>
#include <fanio/mark_flags.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace fanio {

/// A mark, as the kernel lists it.
struct mark_info
{
  mark_target target = mark_target::inode;
  event_mask mask{};
  event_mask ignored_mask{};
  mark_flags flags{};         ///< Of `ignored_surv_modify`, `evictable`, `ignore`.
  std::uint64_t inode = 0;    ///< Of an inode mark.
  std::uint32_t device = 0;   ///< Of an inode or filesystem mark: the kernel's dev_t.
  std::uint64_t mount_id = 0; ///< Of a mount mark: the id in mountinfo. Of a mntns mark: its inode.
};

/// What the kernel tells of a group.
struct group_info
{
  init_flags flags{};
  file_flags event_files{};
  std::vector<mark_info> marks; ///< The newest first.
};

/// Reads the fdinfo of a descriptor of this process (/proc/self/fdinfo, since 3.8).
///
/// *Errors*: `errc::not_a_fanotify_group`; `bad_descriptor`; what opening and reading /proc gives.
[[nodiscard]] FANIO_API group_info read_group_info(int fd, error_code& ec);

/// Parses the text of an fdinfo file: a pure function. Lines of other kinds are passed over.
///
/// *Errors*: `errc::not_a_fanotify_group` where no line is a group's.
[[nodiscard]] FANIO_API group_info parse_group_info(std::string_view text, error_code& ec);

} // namespace fanio

#pragma once

#include <fanio/detail/config.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace fanio::resolve {

/// One mount of a mount namespace: a line of proc_pid_mountinfo(5).
struct mount
{
  std::uint64_t id = 0;     ///< As `name_to_handle_at` gives it.
  std::uint64_t parent = 0; ///< The mount that it is mounted on.
  std::string device;       ///< "major:minor": which filesystem.
  std::string root;         ///< Which directory of the filesystem it shows: mostly "/".
  std::string point;        ///< Where.
  std::string type;         ///< "ext4"
  std::string source;       ///< "/dev/sda1"; with some filesystems any word.

  friend bool operator==(const mount&, const mount&) = default;
};

/// The mounts that a process sees, and their points as it sees them: below its root, in its mount
/// namespace. 0 is this process. In the order in which they were mounted.
///
/// *Errors*: those of open(2), read(2) on /proc/PID/mountinfo; then it is empty.
[[nodiscard]] FANIO_API std::vector<mount> read_mounts(pid_t process, error_code& ec);

/// Reads the text of such a file; what is no such line is left out.
[[nodiscard]] FANIO_API std::vector<mount> parse_mounts(std::string_view text);

} // namespace fanio::resolve

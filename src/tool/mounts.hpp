#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace fanio::tool {

/// A mount of this mount namespace.
struct mount
{
  std::string device; ///< "major:minor": which filesystem.
  std::string point;
  std::string type;
};

/// The mounts that /proc/self/mountinfo lists (proc_pid_mountinfo(5)); none if it can't be read.
[[nodiscard]] std::vector<mount> read_mounts();

/// Reads the lines of such a file; what is no such line is left out.
[[nodiscard]] std::vector<mount> parse_mounts(std::istream& lines);

} // namespace fanio::tool

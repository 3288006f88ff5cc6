#pragma once

#include <fanio/detail/export.hpp>

#include <filesystem>
#include <optional>

#include <sys/types.h>

namespace fanio::resolve {

/// A path as another process sees it: below its root, in its mount namespace.
struct process_path
{
  pid_t process = 0;
  std::filesystem::path path; ///< Absolute.

  friend bool operator==(const process_path&, const process_path&) = default;
};

/// By which path this process reaches what another sees: "/proc/PID/root" and its path, see
/// proc_pid_root(5). It takes the permission to look into that process (ptrace(2)).
///
/// ```cpp
/// group.add_mark(fanio::resolve::join_process_root({pid, "/etc"}), fanio::event_mask::open);
/// ```
[[nodiscard]] FANIO_API std::filesystem::path join_process_root(const process_path& seen);

/// What a path leads to that begins with "/proc/PID/root"; nothing, if it does not.
[[nodiscard]] FANIO_API std::optional<process_path>
split_process_root(const std::filesystem::path& reached);

} // namespace fanio::resolve

#pragma once

#include <fanio/resolve/process_table.hpp>
#include <fanio/unique_fd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fanio::resolve {

/// What the files of /proc/PID say. Pure.

/// proc_pid_stat(5), where the name may have any bytes.
struct stat_fields
{
  std::string comm;
  pid_t parent = 0;
  pid_t session = 0;
  std::uint64_t start_time = 0;
};

[[nodiscard]] std::optional<stat_fields> parse_stat(std::string_view text);

/// The second number of a line of proc_pid_status(5): the effective id in "Uid:" and "Gid:".
[[nodiscard]] std::optional<std::uint32_t> effective_id(std::string_view status,
                                                        std::string_view field);

/// The arguments, each of which ends in a zero byte.
[[nodiscard]] std::vector<std::string> split_arguments(std::string_view text);

/// The path of the unified hierarchy, or else of the first.
[[nodiscard]] std::optional<std::string> parse_cgroup(std::string_view text);

/// "mnt:[4026531841]"
[[nodiscard]] std::optional<std::uint64_t> parse_namespace(std::string_view link);

/// The line "processes" of proc_stat(5): how many were started since the machine was.
[[nodiscard]] std::optional<std::uint64_t> started_processes(std::string_view stat);

/// The number in /proc/sys/kernel/pid_max.
[[nodiscard]] std::optional<std::uint64_t> parse_pid_max(std::string_view text);

/// The contents of a file, whose path starts at a directory; nothing where it can't be read.
[[nodiscard]] std::optional<std::string> read_file(int dirfd, const char* path);

/// The files of one process: once opened, it is never those of another with the same pid.
class proc_directory
{
public:
  explicit proc_directory(pid_t pid);

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(fd_); }

  /// The contents of a file; nothing where it can't be read, as when the process has ended.
  [[nodiscard]] std::optional<std::string> read(const char* name) const;

  /// Where a link leads.
  [[nodiscard]] std::optional<std::string> read_link(const char* name) const;

private:
  unique_fd fd_;
};

} // namespace fanio::resolve

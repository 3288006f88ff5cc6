#pragma once

#include <filesystem>
#include <string>

#include <fcntl.h>

namespace fanio {

/// Where a mark goes: a path, a path under a directory descriptor, or a descriptor. Borrows the
/// path: for the full expression only, as a rule.
///
/// *Example*: `group.add_mark("/srv", mask)`, `group.add_mark({dir_fd, "logs"}, mask)`,
/// `group.add_mark(location::of_fd(fd), mask)`
class location
{
public:
  /// A path; relative ones start at the working directory.
  location(const char* path) noexcept : path_(path) {} // NOLINT

  location(const std::string& path) noexcept : path_(whole(path)) {} // NOLINT

  location(const std::filesystem::path& path) noexcept : path_(whole(path.native())) {} // NOLINT

  /// A path that, if relative, starts at the directory `dirfd`. O_PATH is enough.
  location(int dirfd, const char* path) noexcept : dirfd_(dirfd), path_(path) {}

  location(int dirfd, const std::string& path) noexcept : location(dirfd, whole(path)) {}

  location(int dirfd, const std::filesystem::path& path) noexcept
      : location(dirfd, whole(path.native()))
  {}

  /// What `fd` has open. Not an O_PATH descriptor, which the kernel refuses here (EBADF): for one
  /// give {fd, "."} if it is a directory, else "/proc/self/fd/N".
  [[nodiscard]] static location of_fd(int fd) noexcept
  {
    return {fd, static_cast<const char*>(nullptr)};
  }

  [[nodiscard]] int dirfd() const noexcept { return dirfd_; }

  /// Null if the descriptor is meant.
  [[nodiscard]] const char* path() const noexcept { return path_; }

private:
  /// No path has a null byte in it: what stands before one is another path, so it becomes one that
  /// nothing has (ENOENT).
  [[nodiscard]] static const char* whole(const std::string& path) noexcept
  {
    return path.find('\0') == std::string::npos ? path.c_str() : "";
  }

  int dirfd_ = AT_FDCWD;
  const char* path_;
};

} // namespace fanio

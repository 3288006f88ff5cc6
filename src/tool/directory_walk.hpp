#pragma once

#include <fanio/detail/config.hpp>
#include <fanio/file_handle.hpp>
#include <fanio/unique_fd.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace fanio::tool {

/// One entry of a directory, as a walk comes by it.
struct walked_entry
{
  const file_handle& directory;
  std::string_view name;
  const std::string& path;   ///< With the name.
  int fd = -1;               ///< Of a directory, open for reading.
  const file_handle* handle; ///< Of a directory; null for all else.
};

/// What is done on a walk.
struct walk_steps
{
  /// Returns whether to go into it, if it is a directory.
  std::function<bool(const walked_entry&)> visit;

  /// Hears of directories that can't be read.
  std::function<void(const std::string& path, error_code)> on_error;

  /// Of a directory that is not open for reading, by a descriptor with O_PATH, which makes no
  /// events.
  using beside_reading =
      std::function<void(int fd, const file_handle& handle, const std::string& path)>;

  /// Before a directory is opened for reading, and when it was closed. None is called without
  /// the other.
  beside_reading before;
  beside_reading after;
};

/// Goes through what is in a directory, and at each directory in it through what is in that.
/// Follows no symbolic link, and holds a descriptor or two for each level, so that no path is too
/// long for it. What goes meanwhile is passed over.
void walk_directory(unique_fd directory, const std::string& path, const walk_steps& steps);

/// Opens a directory for reading, however long its path; -1 and an error on failure.
[[nodiscard]] unique_fd open_directory(int at, const char* name, bool follow_links, error_code& ec);

} // namespace fanio::tool

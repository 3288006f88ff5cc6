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

/// Goes through what is in a directory, before what is in the directories in it. Follows no
/// symbolic link, and holds a descriptor for each level, so that no path is too long for it.
///
/// `visit` returns whether to go into it, if it is a directory. `on_error` hears of directories
/// that can't be read. What goes meanwhile is passed over.
void walk_directory(unique_fd directory, const std::string& path,
                    const std::function<bool(const walked_entry&)>& visit,
                    const std::function<void(const std::string& path, error_code)>& on_error);

/// Opens a directory for reading, however long its path; -1 and an error on failure.
[[nodiscard]] unique_fd open_directory(int at, const char* name, bool follow_links, error_code& ec);

} // namespace fanio::tool

#pragma once

#include <fanio/detail/config.hpp>
#include <fanio/file_handle.hpp>

#include <filesystem>

namespace fanio::resolve {

/// The file handle of what a path leads to, the same as events carry: name_to_handle_at(2), and the
/// fsid of statfs(2). Follows a symbolic link. Since Linux 6.5 also on filesystems that can't open
/// by handle, as overlayfs and FUSE.
///
/// *Errors*: those of name_to_handle_at(2) and statfs(2).
[[nodiscard]] FANIO_API file_handle handle_of(const std::filesystem::path& path, error_code& ec);

/// The same of what a descriptor has open, which may be one of O_PATH, also of a symbolic link
/// itself.
///
/// *Errors*: those of name_to_handle_at(2) and fstatfs(2).
[[nodiscard]] FANIO_API file_handle handle_of(int fd, error_code& ec);

} // namespace fanio::resolve

#pragma once

#include <fanio/resolve/handle_of.hpp>

namespace fanio::resolve {

/// The file handle of an object, as events carry it, with a given fsid (name_to_handle_at(2)).
/// `flags` are AT_EMPTY_PATH and AT_SYMLINK_FOLLOW. `opens_handles`, if not null, tells whether the
/// filesystem can open by handle.
///
/// *Errors*: those of name_to_handle_at(2).
[[nodiscard]] file_handle handle_at(int dirfd, const char* path, const fsid& fs, int flags,
                                    error_code& ec, bool* opens_handles = nullptr);

/// As the public one, and tells whether its filesystem can open by handle.
[[nodiscard]] file_handle handle_of(const std::filesystem::path& path, error_code& ec,
                                    bool* opens_handles);

/// Opens an object by its handle with O_PATH, which makes no events; `mount` is any open file of
/// its filesystem. -1 and errno on failure.
[[nodiscard]] int open_handle(int mount, const file_handle_view& handle) noexcept;

/// A btrfs filesystem has an fsid for each subvolume, made of its own and the subvolume's id, and
/// which of them an event has depends on what was marked. This is its own; of other filesystems it
/// is what the handle has.
[[nodiscard]] fsid whole_filesystem(const file_handle_view& handle) noexcept;

} // namespace fanio::resolve

#pragma once

#include <fanio/file_handle.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>
#include <system_error>

#include <fcntl.h>
#include <sys/statfs.h>

namespace test {

/// What events of file handles call an object: its filesystem by statfs(2), and the handle of
/// name_to_handle_at(2). Asking makes no events. A link is not followed.
inline fanio::file_handle identity(const std::filesystem::path& path)
{
  constexpr int for_comparison = 0x200; // AT_HANDLE_FID: where nothing can be opened by a handle

  struct // as `struct file_handle`, with room for the bytes
  {
    unsigned size = fanio::file_handle::max_bytes;
    int type = 0;
    std::byte bytes[fanio::file_handle::max_bytes];
  } handle;

  int mount = 0;
  for (const int flags : {0, for_comparison})
  {
    if (::name_to_handle_at(AT_FDCWD, path.c_str(), reinterpret_cast<::file_handle*>(&handle),
                            &mount, flags) == 0)
    {
      break;
    }
    if (errno != EOPNOTSUPP || flags == for_comparison)
    {
      throw std::system_error(errno, std::system_category(), "the handle of " + path.string());
    }
  }
  struct statfs filesystem = {};
  if (::statfs(path.c_str(), &filesystem) != 0)
  {
    throw std::system_error(errno, std::system_category(), "statfs of " + path.string());
  }
  fanio::fsid fsid;
  std::memcpy(fsid.value.data(), &filesystem.f_fsid, sizeof fsid.value);
  return fanio::file_handle(fanio::file_handle_view(
      fsid, handle.type, std::span<const std::byte>(handle.bytes).first(handle.size)));
}

} // namespace test

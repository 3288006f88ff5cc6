#include "file_handles.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <new>
#include <span>

#include <fcntl.h>
#include <sys/statfs.h>

namespace fanio::tool {

namespace {

/// AT_HANDLE_FID (6.5), which is younger than the headers that this is built with may be: a handle
/// to compare, also from a filesystem that could not open by it.
constexpr int at_handle_fid = 0x200;

} // namespace

file_handle handle_of(const std::string& path, error_code& ec)
{
  constexpr auto head = sizeof(::file_handle);
  alignas(::file_handle) std::array<std::byte, head + file_handle::max_bytes> storage{};
  auto* handle = new (storage.data())::file_handle{};
  int mount_id = 0;
  const auto ask = [&](int flags)
  {
    handle->handle_bytes = file_handle::max_bytes;
    return ::name_to_handle_at(AT_FDCWD, path.c_str(), handle, &mount_id,
                               AT_SYMLINK_FOLLOW | flags) == 0;
  };
  struct statfs filesystem; // events carry its f_fsid
  ec = {};
  if ((!ask(0) && !ask(at_handle_fid)) || ::statfs(path.c_str(), &filesystem) != 0)
  {
    ec.assign(errno, boost::system::system_category());
    return {};
  }
  return file_handle({std::bit_cast<fsid>(filesystem.f_fsid), handle->handle_type,
                      std::span(storage).subspan(head, handle->handle_bytes)});
}

} // namespace fanio::tool

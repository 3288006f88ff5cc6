#include "handle_of.hpp"

#include "../sys.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>

#include <fcntl.h>

namespace fanio::resolve {

namespace {

/// AT_HANDLE_FID (6.5), which the headers may be too old for: a handle to compare, also from a
/// filesystem that can't open by it.
constexpr int at_handle_fid = 0x200;

/// The kernel's struct file_handle with room for any handle.
class handle_storage
{
public:
  handle_storage() noexcept : head_(new(storage_.data())::file_handle{}) {}

  handle_storage(const handle_storage&) = delete;
  handle_storage& operator=(const handle_storage&) = delete;

  [[nodiscard]] ::file_handle& get() noexcept { return *head_; }

  [[nodiscard]] std::span<std::byte> bytes() noexcept
  {
    return std::span(storage_).subspan(sizeof(::file_handle));
  }

private:
  alignas(::file_handle)
      std::array<std::byte, sizeof(::file_handle) + file_handle::max_bytes> storage_{};
  ::file_handle* head_;
};

/// Of a path or a descriptor.
template <typename Object>
fsid fsid_of(Object object, error_code& ec)
{
  std::int32_t value[2]{};
  ec = {};
  if (sys::uninterrupted([&] { return sys::fsid_of(object, value); }) != 0)
  {
    ec.assign(errno, boost::system::system_category());
  }
  return {{value[0], value[1]}};
}

} // namespace

file_handle handle_at(int dirfd, const char* path, const fsid& fs, int flags, error_code& ec,
                      bool* opens_handles)
{
  handle_storage storage;
  auto& handle = storage.get();
  const auto ask = [&](int more)
  {
    handle.handle_bytes = file_handle::max_bytes;
    return sys::name_to_handle_at(dirfd, path, handle, flags | more) == 0;
  };
  ec = {};
  const bool can_be_opened = ask(0);
  if (opens_handles != nullptr)
  {
    *opens_handles = can_be_opened;
  }
  if (!can_be_opened && !ask(at_handle_fid))
  {
    ec.assign(errno, boost::system::system_category());
    return {};
  }
  return file_handle({fs, handle.handle_type, storage.bytes().first(handle.handle_bytes)});
}

file_handle handle_of(const std::filesystem::path& path, error_code& ec)
{
  return handle_of(path, ec, nullptr);
}

file_handle handle_of(const std::filesystem::path& path, error_code& ec, bool* opens_handles)
{
  const auto fs = fsid_of(path.c_str(), ec);
  return ec ? file_handle()
            : handle_at(AT_FDCWD, path.c_str(), fs, AT_SYMLINK_FOLLOW, ec, opens_handles);
}

file_handle handle_of(int fd, error_code& ec)
{
  const auto fs = fsid_of(fd, ec);
  return ec ? file_handle() : handle_at(fd, "", fs, AT_EMPTY_PATH, ec);
}

int open_handle(int mount, const file_handle_view& handle) noexcept
{
  handle_storage storage;
  auto& h = storage.get();
  h.handle_bytes = static_cast<unsigned int>(handle.bytes().size());
  h.handle_type = handle.type();
  std::ranges::copy(handle.bytes(), storage.bytes().begin());
  return sys::uninterrupted([&] { return sys::open_by_handle_at(mount, h, O_PATH | O_CLOEXEC); });
}

fsid whole_filesystem(const file_handle_view& handle) noexcept
{
  // FILEID_BTRFS_WITHOUT_PARENT, _WITH_PARENT, _WITH_PARENT_ROOT: objectid, root objectid, ...
  const bool is_btrfs = handle.type() >= 0x4d && handle.type() <= 0x4f;
  auto fs = handle.fsid();
  std::uint64_t root = 0;
  if (is_btrfs && handle.bytes().size() >= 2 * sizeof(root))
  {
    std::memcpy(&root, handle.bytes().data() + sizeof(root), sizeof(root));
    fs.value[0] ^= static_cast<std::int32_t>(root >> 32U); // btrfs_statfs()
    fs.value[1] ^= static_cast<std::int32_t>(root);
  }
  return fs;
}

} // namespace fanio::resolve

#pragma once

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/// The unique ids of mounts, by which mount events call them.
namespace test {

/// Of the mount that a path is on, by statx(2) (6.8).
inline std::uint64_t mount_id(const std::filesystem::path& path)
{
  constexpr unsigned unique_id = 0x4000; // STATX_MNT_ID_UNIQUE
  struct statx about = {};
  if (::statx(AT_FDCWD, path.c_str(), 0, unique_id, &about) != 0 ||
      (about.stx_mask & unique_id) == 0)
  {
    throw std::system_error(errno, std::system_category(), "the mount id of " + path.string());
  }
  return about.stx_mnt_id;
}

/// Of all mounts below one, by listmount(2) (6.8).
inline std::vector<std::uint64_t> mounts_below(std::uint64_t id)
{
  constexpr long listmount = 458;
  constexpr std::size_t most = 256;

  struct // as `struct mnt_id_req` of the first version
  {
    std::uint32_t size = 24;
    std::uint32_t spare = 0;
    std::uint64_t id;
    std::uint64_t param = 0;
  } request{.id = id};

  std::vector<std::uint64_t> ids(most);
  const auto count = ::syscall(listmount, &request, ids.data(), most, 0);
  if (count < 0)
  {
    throw std::system_error(errno, std::system_category(), "listmount");
  }
  ids.resize(static_cast<std::size_t>(count));
  return ids;
}

} // namespace test

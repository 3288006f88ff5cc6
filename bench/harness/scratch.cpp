#include "scratch.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace fanio::bench {

namespace {

[[noreturn]] void fail(int error, const std::string& what)
{
  throw std::system_error(error, std::system_category(), what);
}

std::filesystem::path make_directory()
{
  auto name = (std::filesystem::temp_directory_path() / "fanio-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
  {
    fail(errno, "making " + name);
  }
  return name;
}

} // namespace

temporary_directory::temporary_directory() : path_(make_directory()) {}

temporary_directory::~temporary_directory()
{
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

scratch_mount::scratch_mount(const std::string& filesystem)
{
  // A tree of any size: as many inodes as there is memory for.
  const char* const options = filesystem == "tmpfs" ? "mode=0755,nr_inodes=0" : nullptr;
  if (::mount("fanio-bench", path().c_str(), filesystem.c_str(), MS_NOSUID, options) != 0)
  {
    fail(errno, "mounting a " + filesystem + " on " + path().string());
  }
}

scratch_mount::~scratch_mount()
{
  ::umount2(path().c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
}

void enter_private_mounts()
{
  if (::unshare(CLONE_NEWNS) != 0)
  {
    fail(errno, "a mount namespace of its own");
  }
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
  {
    fail(errno, "making the mounts private");
  }
}

} // namespace fanio::bench

#pragma once

#include "child.hpp"
#include "forked.hpp"
#include "requires.hpp"
#include "temp_directory.hpp"

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

/// Filesystems that only this process sees: they are mounted in a mount namespace of its own, and
/// so are gone with it however it ends.
namespace test {

/// Runs a program to its end; throws with what it said unless it succeeds.
inline void run_program(std::vector<std::string> command)
{
  const auto name = command.front();
  child program(std::move(command));
  auto said = program.read_all(child::out) + program.read_all(child::err);
  if (program.wait() != 0)
  {
    throw std::runtime_error(name + ": " + said);
  }
}

inline bool is_installed(const std::string& program)
{
  for (const auto* const dir : {"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"})
  {
    if (::access((dir + program).c_str(), X_OK) == 0)
    {
      return true;
    }
  }
  return false;
}

/// The precondition of cases that need a program of another package.
inline auto has_program(std::string name)
{
  return [name = std::move(name)](boost::unit_test::test_unit_id)
  { return needs(is_installed(name), "the program " + name); };
}

/// Leaves the mounts of the machine alone: what is mounted from here on is seen by this process
/// and its children only.
inline void enter_private_mounts()
{
  if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr))
  {
    throw std::system_error(errno, std::system_category(), "a private mount namespace");
  }
}

/// A directory with something mounted on it.
class mount_point
{
public:
  /// As mount(2).
  mount_point(const std::string& source, const char* type, unsigned long flags = 0,
              const std::string& options = {})
  {
    if (::mount(source.c_str(), path().c_str(), type, flags, options.c_str()) != 0)
    {
      throw std::system_error(errno, std::system_category(), "mount " + source);
    }
  }

  /// Mounted by a program that takes the directory as its last argument.
  explicit mount_point(std::vector<std::string> command)
  {
    command.push_back(path());
    run_program(std::move(command));
  }

  mount_point(const mount_point&) = delete;
  mount_point& operator=(const mount_point&) = delete;

  ~mount_point() { unmount(MNT_DETACH); }

  /// 0, or -1 and errno.
  int unmount(int flags = 0) { return ::umount2(path().c_str(), flags); }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return directory_.path(); }

  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const
  {
    return path() / name;
  }

  /// Makes a file, or writes it anew.
  std::filesystem::path write(const std::string& name, const std::string& text = "text") const
  {
    return directory_.write(name, text);
  }

  std::filesystem::path make_directory(const std::string& name) const
  {
    std::filesystem::create_directory(path() / name);
    return path() / name;
  }

private:
  temp_directory directory_;
};

/// The same filesystem once more, by another mount.
inline mount_point bind_mount(const std::filesystem::path& source)
{
  return {source.string(), nullptr, MS_BIND};
}

/// An image file with a new filesystem in it: ext2, ext3, ext4, xfs or btrfs.
class filesystem_image
{
public:
  explicit filesystem_image(std::string_view type)
  {
    // Sparse, and as small as each mkfs accepts.
    constexpr std::uintmax_t mib = 1024 * 1024;
    const auto size = type == "xfs" ? 320 * mib : type == "btrfs" ? 128 * mib : 32 * mib;
    std::ofstream(path()).close();
    std::filesystem::resize_file(path(), size);
    run_program({"mkfs." + std::string(type), "-q", path()});
  }

  [[nodiscard]] std::filesystem::path path() const { return directory_ / "image"; }

private:
  temp_directory directory_;
};

/// A new filesystem on a loop device, or a tmpfs.
class private_filesystem : private filesystem_image, public mount_point
{
public:
  explicit private_filesystem(std::string_view type = "ext4")
      : filesystem_image(type),
        mount_point({"mount", "-o", "loop", filesystem_image::path()})
  {}

  using mount_point::operator/;
  using mount_point::path;

  [[nodiscard]] std::filesystem::path image() const { return filesystem_image::path(); }
};

inline mount_point private_tmpfs()
{
  return {"tmpfs", "tmpfs"};
}

/// A FUSE filesystem that shows another directory; needs the program bindfs. Its server is a child,
/// which keeps nothing mounted when this process is killed.
class private_fuse
{
public:
  explicit private_fuse(const std::filesystem::path& source)
      : server_({"bindfs", "-f", source, path()})
  {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!is_mounted())
    {
      BOOST_REQUIRE(std::chrono::steady_clock::now() < end);
      std::this_thread::yield();
    }
  }

  private_fuse(const private_fuse&) = delete;
  private_fuse& operator=(const private_fuse&) = delete;

  ~private_fuse()
  {
    server_.go_on();
    ::umount2(path().c_str(), MNT_DETACH);
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return directory_.path(); }

  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const
  {
    return path() / name;
  }

  std::filesystem::path write(const std::string& name) const { return directory_.write(name); }

  /// Stopped, it answers nobody.
  [[nodiscard]] child& server() noexcept { return server_; }

private:
  [[nodiscard]] bool is_mounted() const
  {
    struct statfs fs;
    return ::statfs(path().c_str(), &fs) == 0 && fs.f_type == FUSE_SUPER_MAGIC;
  }

  temp_directory directory_;
  child server_;
};

/// An overlay of a lower and an upper directory, which are on one ext4.
class private_overlay
{
public:
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return overlay_.path(); }

  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const
  {
    return path() / name;
  }

  /// The filesystem that it is made of; `lower()` and `upper()` are directories of it.
  [[nodiscard]] const private_filesystem& base() const noexcept { return base_; }

  [[nodiscard]] std::filesystem::path lower() const { return base_ / "lower"; }

  [[nodiscard]] std::filesystem::path upper() const { return base_ / "upper"; }

private:
  /// Files there before the overlay is mounted.
  static std::string layers(const private_filesystem& base)
  {
    const auto lower = base.make_directory("lower");
    const auto upper = base.make_directory("upper");
    const auto work = base.make_directory("work");
    std::ofstream(lower / "lower") << "text";
    std::ofstream(upper / "upper") << "text";
    return "lowerdir=" + lower.string() + ",upperdir=" + upper.string() +
           ",workdir=" + work.string();
  }

  private_filesystem base_;
  mount_point overlay_{"overlay", "overlay", 0, layers(base_)};
};

} // namespace test

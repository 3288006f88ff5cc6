#pragma once

#include <filesystem>
#include <string>

namespace fanio::bench {

/// A directory of its own among the temporary files, removed with all that is in it.
class temporary_directory
{
public:
  /// *Errors*: throws std::system_error.
  temporary_directory();

  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  ~temporary_directory();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::filesystem::path path_;
};

/// A tmpfs of its own on a temporary directory, in the mount namespace of the harness, which is
/// private: nobody else sees it, and it is gone with the harness, however that ends.
class scratch_mount
{
public:
  /// *Errors*: throws std::system_error.
  explicit scratch_mount(const std::string& filesystem = "tmpfs");

  scratch_mount(const scratch_mount&) = delete;
  scratch_mount& operator=(const scratch_mount&) = delete;

  /// Unmounts, also where something still holds it (MNT_DETACH).
  ~scratch_mount();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return place_.path(); }

private:
  temporary_directory place_;
};

/// Puts this process into a mount namespace of its own, with private propagation, before the first
/// scratch_mount. *Errors*: throws std::system_error (CAP_SYS_ADMIN).
void enter_private_mounts();

} // namespace fanio::bench

#pragma once

#include <filesystem>
#include <string>

namespace fanio::bench {

/// A tmpfs of its own on a temporary directory, in the mount namespace of the harness, which is
/// private: nobody else sees it, and it is gone with the harness, however that ends.
class scratch_mount
{
public:
  /// *Errors*: throws std::system_error.
  explicit scratch_mount(const std::string& filesystem = "tmpfs");

  scratch_mount(const scratch_mount&) = delete;
  scratch_mount& operator=(const scratch_mount&) = delete;

  /// Unmounts, also where something still holds it (MNT_DETACH), and removes the directory.
  ~scratch_mount();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::filesystem::path path_;
};

/// Puts this process into a mount namespace of its own, with private propagation, before the first
/// scratch_mount. *Errors*: throws std::system_error (CAP_SYS_ADMIN).
void enter_private_mounts();

} // namespace fanio::bench

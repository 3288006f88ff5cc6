#pragma once

#include "../harness/process.hpp"
#include "../harness/scratch.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace fanio::bench {

/// fapolicyd, guarding one mount of the harness and nothing of the machine:
/// - It lives in a root directory of its own, an overlay of the machine's whose changes are gone
///   with it. There are its configuration and its files, and of /proc/mounts it sees what is below.
/// - It is told to watch filesystems of a kind that only this mount is of there.
/// - It marks mounts, not filesystems, and those of the harness's own mount namespace.
/// - Its marks are looked at before anything is opened: it is killed if there is another.
class fapolicyd_guard
{
public:
  /// Its kind: /dev/null may be on a tmpfs.
  static constexpr const char* filesystem = "ramfs";

  /// `rules`: as in compiled.rules, see fapolicyd.rules(5). `package`: the directory that its
  /// package was unpacked in, or an empty path if it is installed. *Errors*: throws
  /// std::exception with the reason why it can't run, or not safely.
  fapolicyd_guard(const std::string& rules, const std::filesystem::path& package);

  /// What it guards.
  [[nodiscard]] std::filesystem::path place() const { return root() / "watched"; }

  /// The program, which runs.
  [[nodiscard]] process start() const;

  /// Ends it. Returns how many requests it has answered, by its own report.
  [[nodiscard]] static std::uint64_t end(process& program);

private:
  [[nodiscard]] std::filesystem::path root() const { return base_.path() / "root"; }

  void make_root() const;
  void configure(const std::string& rules) const;
  void check_marks(const process& program) const;

  scratch_mount base_;
};

} // namespace fanio::bench

#pragma once

#include <filesystem>
#include <functional>

#include <sys/types.h>

namespace fanio::tool {

// What a process can do to a file, each for 0 or the errno
// -----------------------------------------

/// Opens and closes it.
int try_open(const std::filesystem::path& file, int flags);

/// Opens it, reads a byte, and closes it.
int try_read(const std::filesystem::path& file);

/// Becomes the program that the file is, if it is one: returns the errno only.
int try_execute(const std::filesystem::path& file);

/// Another process that does one thing and ends. Killed at the end of its life if it has not ended.
class other_process
{
public:
  /// `act` runs in the process, which has no descriptors of this one but the standard ones; it must
  /// allocate nothing that is not freed by its end. *Errors*: throws where there is none to be had.
  explicit other_process(const std::function<int()>& act);

  /// It opens a file to read it.
  explicit other_process(const std::filesystem::path& file);

  other_process(const other_process&) = delete;
  other_process& operator=(const other_process&) = delete;

  ~other_process();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  [[nodiscard]] bool has_ended() const;

  /// What it did gave: 0 or an errno; `still_blocked` if it has not ended after some seconds.
  [[nodiscard]] int result();

  static constexpr int still_blocked = -1;

private:
  pid_t pid_;
  bool ended_ = false;
};

} // namespace fanio::tool

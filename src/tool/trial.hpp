#pragma once

#include <fanio/basic_fanotify_handle.hpp>
#include <fanio/event.hpp>

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace fanio::tool {

/// Where one check of the self-test is made: a directory of its own, removed in the end, and what
/// it takes to cause events and to read them.
class trial
{
public:
  /// Makes a directory below `parent`. `context` is for this trial alone as long as it lives.
  trial(asio::io_context& context, const std::filesystem::path& parent);

  trial(const trial&) = delete;
  trial& operator=(const trial&) = delete;

  ~trial();

  [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_; }

  /// Makes a file with a text in it, or writes it anew.
  std::filesystem::path write(const std::string& name) const; // NOLINT(modernize-use-nodiscard)

  [[nodiscard]] fanotify_handle open(init_flags flags);

  /// What is read at once; waits for a first event for some seconds at most, then it is empty.
  std::vector<event> read(fanotify_handle& group, std::size_t buffer_bytes = 65'536);

  /// All that is queued, in one mask.
  event_mask read_masks(fanotify_handle& group);

private:
  asio::io_context& context_;
  std::filesystem::path directory_;
};

/// Opens and closes a file; 0, or the errno.
int try_open(const std::filesystem::path& file, int flags);

/// Another process that opens a file once. Killed at the end of its life if it is still blocked.
class opener
{
public:
  explicit opener(const std::filesystem::path& file);

  opener(const opener&) = delete;
  opener& operator=(const opener&) = delete;

  ~opener();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  /// What opening gave: 0 or an errno; -1 if it is still blocked after some seconds.
  [[nodiscard]] int result();

private:
  pid_t pid_;
  bool ended_ = false;
};

} // namespace fanio::tool

#pragma once

#include <fanio/basic_fanotify_handle.hpp>
#include <fanio/event.hpp>
#include <fanio/unique_fd.hpp>

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace fanio::tool {

/// Where one check of the self-test is made: a directory of its own, removed in the end, and what
/// it takes to cause events and to read them.
///
/// *Errors*: what can't be made, written or opened in the directory throws
/// `std::filesystem::filesystem_error`: it says nothing about fanotify.
class trial
{
public:
  /// Makes a directory below `parent`. `context` is for this trial alone as long as it lives.
  trial(asio::io_context& context, const std::filesystem::path& parent);

  trial(const trial&) = delete;
  trial& operator=(const trial&) = delete;

  ~trial();

  [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_; }

  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const
  {
    return directory_ / name;
  }

  /// Makes a file with a text in it, or writes it anew.
  std::filesystem::path write(const std::string& name) const; // NOLINT(modernize-use-nodiscard)

  [[nodiscard]] fanotify_handle open(init_flags flags);

  /// A handle that is not open yet.
  [[nodiscard]] fanotify_handle closed_group() { return fanotify_handle(context_); }

  /// What is read at once; waits for a first event for some seconds at most, then it is empty.
  std::vector<event> read(fanotify_handle& group, std::size_t buffer_bytes = 65'536);

  /// All that is queued, in one mask. Waits as `read` does.
  event_mask read_masks(fanotify_handle& group);

private:
  asio::io_context& context_;
  std::filesystem::path directory_;
};

/// Makes a directory with a name that nothing else has. *Errors*: throws
/// `std::filesystem::filesystem_error`.
[[nodiscard]] std::filesystem::path make_unique_directory(const std::filesystem::path& parent,
                                                          const std::string& prefix);

/// *Errors*: throws `std::filesystem::filesystem_error`.
[[nodiscard]] unique_fd open_file(const std::filesystem::path& file, int flags);

/// Reads, or writes, a byte. *Errors*: throw `std::filesystem::filesystem_error`.
void read_byte(const unique_fd& fd);
void write_byte(const unique_fd& fd);

} // namespace fanio::tool

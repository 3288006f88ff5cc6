#pragma once

#include "path_filter.hpp"
#include "watch.hpp"
#include <fanio/unique_fd.hpp>

#include <array>
#include <limits.h>

namespace fanio::tool {

/// The privileged way: filesystem marks, and events with an open descriptor, whose path the kernel
/// knows.
///
/// The path is that by which the file was reached: through another mount it has another one.
class filesystem_watch : public watch
{
public:
  /// Marks the filesystems of the paths and those that are mounted below them, and shows only what
  /// is at or below these; without paths, every mounted filesystem. Of the mounted ones, those that
  /// can't be marked are passed over.
  ///
  /// *Errors*: throws `std::runtime_error`.
  filesystem_watch(fanotify_handle group, const trace_options& options);

  [[nodiscard]] std::size_t places() const noexcept override { return places_; }

  [[nodiscard]] std::optional<watched_object> locate(const event_view& e) override;

private:
  void mark_paths(const trace_options& options, event_mask events);
  void mark_mounts(const trace_options& options, event_mask events);

  /// Empty if the kernel does not tell.
  [[nodiscard]] std::string_view path_of(int fd) noexcept;

  path_filter filter_;
  std::size_t places_ = 0;
  unique_fd descriptors_; // /proc/self/fd: half the price of a link by its whole path
  std::array<char, PATH_MAX> path_;
};

} // namespace fanio::tool

#pragma once

#include "filesystem_watch.hpp"
#include "path_filter.hpp"
#include "watch.hpp"
#include <fanio/resolve/mount_table.hpp>
#include <fanio/resolve/path_resolver.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <map>
#include <memory>
#include <set>
#include <string>

namespace fanio::tool {

/// Which filesystems the options name, and in which group each is marked: in one that reports file
/// handles where it can be, else in one that reports descriptors.
class filesystem_marks
{
public:
  /// Sets the marks. Of filesystems that nobody has named, those that can't be marked are passed
  /// over.
  ///
  /// *Errors*: throws `std::runtime_error` with a message for the user.
  filesystem_marks(const asio::any_io_executor& executor, const trace_options& options);

  /// Those that have something marked.
  [[nodiscard]] watches take();

private:
  void open_groups(const asio::any_io_executor& executor);
  void mark_named(const std::string& path, mark_target target);
  void mark_below_paths();
  void mark_devices();
  void mark_unnamed(const resolve::mount& m);
  void tell_refused() const;
  error_code mark(const std::string& path, mark_target target);
  [[nodiscard]] bool can_open_handles(const std::string& path);

  const trace_options& options_;
  std::shared_ptr<path_filter> shown_paths_;
  event_mask shown_;
  std::shared_ptr<resolve::path_resolver> paths_;
  std::unique_ptr<filesystem_watch> by_handles_;
  std::unique_ptr<filesystem_watch> by_descriptors_;
  std::set<std::string> marked_;               // devices: one may be mounted at many places
  std::map<std::string, std::string> refused_; // devices, and why
};

/// The path without links and dots. *Errors*: throws `std::runtime_error` as above.
[[nodiscard]] std::string canonical_path(const std::string& path);

} // namespace fanio::tool

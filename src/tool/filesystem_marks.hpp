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

  /// Those that have something marked, or may have it when more is mounted. To be called once; they
  /// have to live as long as this.
  [[nodiscard]] watches take();

  /// Whether what is mounted later belongs to it.
  [[nodiscard]] bool follows_mounts() const noexcept;

  /// Marks what was mounted since. What was mounted anew at the same place is another filesystem:
  /// so each is marked again, which costs little and changes nothing where it was marked.
  void mark_mounted();

private:
  void open_groups(const asio::any_io_executor& executor);
  filesystem_watch* add_group(fanotify_handle group);
  void mark_named(const std::string& path, mark_target target);
  [[nodiscard]] bool is_chosen(const resolve::mount& m) const;
  void mark_unnamed();
  void mark_unnamed(const resolve::mount& m);
  void require_a_mark(const error_code& unreadable) const;
  void tell_refused() const;
  void let_go();
  void see_by_its_mount(const std::string& path);
  error_code mark(const std::string& path, mark_target target, std::string& loss);
  [[nodiscard]] error_code why_no_handles(const std::string& path);

  const trace_options& options_;
  std::shared_ptr<path_filter> shown_paths_;
  event_mask shown_;
  std::shared_ptr<resolve::path_resolver> paths_;
  watches opened_;
  filesystem_watch* by_handles_ = nullptr; // not every kernel has such groups
  filesystem_watch* by_descriptors_ = nullptr;
  std::set<std::string> marked_;               // devices: one may be mounted at many places
  std::map<std::string, std::string> refused_; // devices, and what is not shown of them
};

/// The path without links and dots. *Errors*: throws `std::runtime_error` as above.
[[nodiscard]] std::string canonical_path(const std::string& path);

} // namespace fanio::tool

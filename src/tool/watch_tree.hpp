#pragma once

#include "directory_walk.hpp"
#include "watch_format.hpp"
#include "watch_roots.hpp"
#include "watch_scope.hpp"
#include <fanio/basic_fanotify_handle.hpp>
#include <fanio/file_handle.hpp>
#include <fanio/resolve/path_resolver.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <sys/types.h>

namespace fanio::tool {

/// A group that watches files and directories, and what is below these, and finds the paths of its
/// events.
///
/// Who may marks the filesystems of recursive watches: then no directory is missed, however short
/// its life, and none takes a mark. Others mark each directory, and those that come when they hear
/// of them; what has come into such a one before is looked for, and told as created.
class watch_tree
{
public:
  /// What happened at a path; the event is null where that was found by looking.
  using sink = std::function<void(const path_event&, const event_view*)>;

  /// Sets the marks. *Errors*: throws `std::runtime_error` with a message for the user.
  watch_tree(const asio::any_io_executor& executor, const watch_scope& scope, watch_news news);

  watch_tree(const watch_tree&) = delete;
  watch_tree& operator=(const watch_tree&) = delete;

  [[nodiscard]] fanotify_handle& group() noexcept { return group_; }

  /// Tells what an event is about, if that was asked for.
  void translate(const event_view& e, const sink& found);

  /// To be called when the events of a read were translated, and when mounts change: follows these,
  /// looks again where something was lost, and tells what was unmounted.
  void settle(const sink& found);

  /// Whether all that was named is gone.
  [[nodiscard]] bool is_over() noexcept { return roots_.all().empty(); }

private:
  void open_group(const asio::any_io_executor& executor);
  void refuse_what_needs_privileges() const;
  [[nodiscard]] event_mask marked_events(event_mask of_tree) const noexcept;
  bool mark_filesystems();
  void mark_mounts_below(const watch_root& r);
  void mark_roots();
  [[nodiscard]] std::uint64_t count_upsets() const noexcept;
  void learn_roots();

  void look_into(const watch_root& r);
  void look_into(unique_fd directory, const std::string& path, const sink* found);
  bool visit(const walked_entry& entry, const sink* found);
  void tell_found(const walked_entry& entry, const sink& found);
  void welcome(const event_view& e, const sink& found);
  [[nodiscard]] bool adopt(const file_handle& handle, bool is_new, const sink& found);
  void mark(int fd, const file_handle& handle, const std::string& path);
  [[nodiscard]] event_mask events_of_reading() const noexcept;
  [[nodiscard]] bool is_marked(const file_handle& directory) const;
  void leave_reading_out(int fd, const file_handle& handle);
  void mark_reading(int fd, const file_handle& handle, const std::string& path);
  void follow(const event_view& e);
  void look_again();
  void follow_roots(const event_view& e);

  void note_fate(watch_root& r, event_mask events);
  void leave_gone_roots();
  void leave_unmounted_roots(const sink& found);
  [[nodiscard]] event_mask shown_events(const event_view& e, bool is_root);
  [[nodiscard]] bool locate(const std::optional<file_handle_view>& directory,
                            const std::optional<std::string_view>& name, const watch_root* r,
                            path_event& told);
  void translate_rename(const event_view& e, const sink& found);
  static void tell_in_order(path_event told, const event_view& e, const sink& found);
  void tell_watching(const watch_root& r) const;
  void tell_trouble(const std::string& path, const error_code& why) const;

  watch_scope scope_;
  watch_news news_;
  pid_t own_pid_;
  fanotify_handle group_;
  bool is_privileged_ = false;
  bool marks_filesystems_ = false;
  watch_roots roots_;
  resolve::path_resolver resolver_;
  std::uint64_t upsets_ = 0; ///< How often the resolver has forgotten all, or mounts have changed.
  bool is_unsure_ = false;   ///< Where a directory is, and nobody will tell.
  std::set<std::string> tried_mounts_; ///< Points of filesystems below the roots.
  std::string directory_;
  std::unordered_set<file_handle> marked_;   ///< Where each directory is marked.
  std::unordered_set<file_handle> departed_; ///< Directories of which no arrival was told.
  std::map<file_handle, bool> strangers_;    ///< Came, and not found yet; whether they are new.
  std::set<std::pair<file_handle, std::string>> found_; ///< Told as created, before their events.
};

} // namespace fanio::tool

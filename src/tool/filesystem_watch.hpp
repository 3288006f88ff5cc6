#pragma once

#include "gone_names.hpp"
#include "path_filter.hpp"
#include "watch.hpp"
#include <fanio/resolve/path_resolver.hpp>

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace fanio::tool {

/// The privileged way: marks of whole filesystems. Its group reports file handles with names; or,
/// of filesystems that have no handles, descriptors, which takes no more than that they are open.
class filesystem_watch : public watch
{
public:
  /// Shows these events, of these paths and of those that are not to be known.
  filesystem_watch(fanotify_handle opened, std::shared_ptr<resolve::path_resolver> paths,
                   std::shared_ptr<const path_filter> shown_paths, event_mask shown) noexcept;

  /// Marks what is at a path: its filesystem, or as an inode, a directory with what is in it. Where
  /// it is marked already, nothing changes.
  void add(const std::string& path, mark_target target, error_code& ec);

  [[nodiscard]] std::size_t places() const noexcept override { return places_.size(); }

  [[nodiscard]] bool knows_processes() const noexcept override { return true; }

  void start_batch(const event_range& events) override;

  void follow(const event_view& e) override;

  [[nodiscard]] std::span<const watched_object> locate(const event_view& e) override;

  void end_batch() override;

private:
  [[nodiscard]] error_code resolve(const event_view& e, std::string& path);
  void add_rename(const event_view& e);
  void add_entry(const std::optional<file_handle_view>& directory, std::string_view name,
                 event_mask events);
  void add_object(const event_view& e, event_mask events);
  void add(const watched_object& object, std::string_view path);

  bool has_handles_;
  std::shared_ptr<resolve::path_resolver> paths_;
  std::shared_ptr<const path_filter> shown_paths_;
  event_mask shown_;
  std::set<std::string> places_;
  gone_names gone_;
  std::array<std::string, 2> directories_; // of the entries that were told last
  std::string path_;                       // of the object
  std::array<watched_object, 2> objects_;
  std::size_t count_ = 0;
};

} // namespace fanio::tool

#pragma once

#include "watch_scope.hpp"
#include <fanio/event_view.hpp>
#include <fanio/file_handle.hpp>
#include <fanio/resolve/path_resolver.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace fanio::tool {

/// A path that the user has named.
struct watch_root
{
  std::string given;
  std::string path; ///< Canonical. Follows renames where these are seen.
  file_handle handle;
  std::string found; ///< The resolver's path: by another mount it may be another one.
  bool is_directory = false;
  event_mask fate{}; ///< delete_self or move_self, once it has come.
};

/// What was named, and so what is shown.
class watch_roots
{
public:
  /// *Errors*: throws `std::runtime_error` with a message for the user.
  explicit watch_roots(const watch_scope& scope);

  [[nodiscard]] std::vector<watch_root>& all() noexcept { return roots_; }

  [[nodiscard]] const std::vector<watch_root>& all() const noexcept { return roots_; }

  /// The root that the object of an event is, or null.
  [[nodiscard]] watch_root* of(const event_view& e);

  /// Whether another root that is a directory has this one below it.
  [[nodiscard]] bool is_inner(const watch_root& r) const;

  /// Whether a directory, by the path that the resolver has for it, is one of the roots or below
  /// one; then the path becomes that which the user knows.
  [[nodiscard]] bool locate(std::string& directory) const;

  /// Whether it is not to be shown. `path` is one that the user knows.
  [[nodiscard]] bool is_excluded(std::string_view path) const;

  [[nodiscard]] bool has_exclusions() const noexcept { return !excluded_.empty(); }

private:
  void add(const std::string& given, bool follow_links);
  void exclude(const std::string& given);

  std::vector<watch_root> roots_;
  std::vector<std::string> excluded_;
};

/// What an event on a named path itself is told as.
[[nodiscard]] std::string own_name(const watch_root& r);

} // namespace fanio::tool

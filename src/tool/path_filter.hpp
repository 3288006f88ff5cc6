#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fanio::tool {

/// Which paths are shown: those at or below one of some paths, or directly in one of some
/// directories; all, if there is neither.
class path_filter
{
public:
  /// `path` is canonical.
  void add(std::string_view path);

  /// `directory` is canonical. It is admitted with what is in it, and not with what is below that.
  void add_directory(std::string_view directory);

  /// Has what is found below a path shown below another one: there is a mount, and the paths of
  /// events may go by another of the same filesystem. Both are canonical. To be called once for
  /// each of the latter.
  void add_view(std::string_view found, std::string_view shown);

  /// Turns a path as it is found into that which is shown, if that is admitted.
  void show(std::string& path) const;

  [[nodiscard]] bool admits_all() const noexcept { return tops_.empty() && directories_.empty(); }

  [[nodiscard]] bool admits(std::string_view path) const noexcept;

  /// Whether it is admitted with all below, as one of the paths or below one of them.
  [[nodiscard]] bool admits_tree(std::string_view path) const noexcept;

private:
  struct view
  {
    std::string found;
    std::string shown;
  };

  std::vector<std::string> tops_;
  std::vector<std::string> directories_;
  std::vector<view> views_;
};

} // namespace fanio::tool

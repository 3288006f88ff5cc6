#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fanio::tool {

/// Which paths are shown: those at or below one of some paths; all, if there is none.
class path_filter
{
public:
  /// `path` is canonical.
  void add(std::string path);

  [[nodiscard]] bool admits(std::string_view path) const noexcept;

  /// Whether it is admitted and none of the paths themselves.
  [[nodiscard]] bool admits_below(std::string_view path) const noexcept;

private:
  std::vector<std::string> tops_;
};

} // namespace fanio::tool

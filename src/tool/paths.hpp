#pragma once

#include <string>
#include <string_view>

namespace fanio::tool {

/// The path of a name in a directory; of the directory itself, if the name is empty. Empty where
/// the directory is not known.
[[nodiscard]] inline std::string join(std::string_view directory, std::string_view name)
{
  std::string path(directory);
  path += name.empty() || directory.empty() || directory.ends_with('/') ? "" : "/";
  path += directory.empty() ? std::string_view() : name;
  return path;
}

/// Whether `path` is `top` or below it.
[[nodiscard]] inline bool is_at_or_below(std::string_view path, std::string_view top) noexcept
{
  // Whole components: /srv has /srv/a below it, and not /srv2.
  return path.starts_with(top) &&
         (path.size() == top.size() || top.ends_with('/') || path[top.size()] == '/');
}

} // namespace fanio::tool

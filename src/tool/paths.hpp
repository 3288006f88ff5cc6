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

} // namespace fanio::tool

#include "path_filter.hpp"

#include "paths.hpp"

#include <algorithm>
#include <utility>

namespace fanio::tool {

namespace {

/// "/a" of "/a/b", empty of "/a": as the root is kept.
std::string_view parent_of(std::string_view path) noexcept
{
  const auto slash = path.rfind('/');
  return path.substr(0, slash == std::string_view::npos ? 0 : slash);
}

/// The root as what stands before the slash of all below it.
std::string_view without_slash(std::string_view path) noexcept
{
  return path == "/" ? std::string_view() : path;
}

} // namespace

void path_filter::add(std::string_view path)
{
  tops_.emplace_back(without_slash(path));
}

void path_filter::add_directory(std::string_view directory)
{
  directories_.emplace_back(without_slash(directory));
}

void path_filter::add_view(std::string_view found, std::string_view shown)
{
  views_.push_back({std::string(without_slash(found)), std::string(without_slash(shown))});
}

void path_filter::show(std::string& path) const
{
  for (const auto& [found, shown] : views_)
  {
    if (is_at_or_below(path, found))
    {
      auto seen = shown + path.substr(found.size());
      seen += seen.empty() ? "/" : "";
      if (admits(seen))
      {
        path = std::move(seen);
        return;
      }
    }
  }
}

bool path_filter::admits_tree(std::string_view path) const noexcept
{
  return std::ranges::any_of(tops_, [path](const auto& top) { return is_at_or_below(path, top); });
}

bool path_filter::admits(std::string_view path) const noexcept
{
  const auto is_in = [path](const std::string& directory)
  { return path == (directory.empty() ? "/" : directory) || parent_of(path) == directory; };
  return admits_all() || admits_tree(path) || std::ranges::any_of(directories_, is_in);
}

} // namespace fanio::tool

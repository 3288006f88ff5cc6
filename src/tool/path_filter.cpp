#include "path_filter.hpp"

#include <algorithm>
#include <utility>

namespace fanio::tool {

void path_filter::add(std::string path)
{
  tops_.push_back(path == "/" ? std::string() : std::move(path));
}

bool path_filter::admits(std::string_view path) const noexcept
{
  // Whole components: /srv has /srv/a below it, and not /srv2.
  const auto holds = [path](const std::string& top)
  { return path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/'); };
  return tops_.empty() || std::ranges::any_of(tops_, holds);
}

bool path_filter::admits_below(std::string_view path) const noexcept
{
  const auto is_top = [path](const std::string& top) { return path == (top.empty() ? "/" : top); };
  return admits(path) && std::ranges::none_of(tops_, is_top);
}

} // namespace fanio::tool

#pragma once

#include <fanio/event_mask.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace fanio::tool {

/// What `fanio watch` and `fanio stat` look at.
struct watch_scope
{
  std::vector<std::string> paths;    ///< As the user has named them.
  std::vector<std::string> excluded; ///< Not these, nor what is below; a path that is named stays.
  event_mask events{};
  bool recursive = false;
  bool whole_filesystems = false; ///< All of the filesystems that the paths are on.
  bool follow_links = true;       ///< Of the paths themselves. Those below are never followed.
  bool processes = false;         ///< Who it was is asked for.
  bool needs_processes = false;   ///< Without that nothing is to be watched.
  std::chrono::microseconds linger{100}; ///< See `read_options`.
};

/// Tells the user something, beside the events.
using notice = std::function<void(const std::string& text)>;

/// What is told beside the events.
struct watch_news
{
  notice tell;
  notice
      watching; ///< The path of each that is watched at the start; a directory's ends in a slash.
};

} // namespace fanio::tool

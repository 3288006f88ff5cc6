#include "json_fields.hpp"

#include "watch_events.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace fanio::tool {

namespace json = boost::json;

std::string utc_time(std::chrono::system_clock::time_point when)
{
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when);
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(when) - seconds;
  const auto time = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%FT%T.", &parts);
  return text.data() + std::to_string(1000 + milliseconds.count()).substr(1) + "Z";
}

json::array mask_names(event_mask mask)
{
  json::array names;
  const auto known = mask & ~unmounted;
  const auto text = is_empty(known) ? std::string() : to_string(known);
  for (std::size_t begin = 0; begin < text.size();)
  {
    const auto end = std::min(text.find('|', begin), text.size());
    names.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (has_any(mask, unmounted))
  {
    names.emplace_back("unmount");
  }
  return names;
}

} // namespace fanio::tool

#include "option_values.hpp"

#include "event_types.hpp"
#include "watch_events.hpp"
#include <fanio/event_mask.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace fanio::tool {

namespace {

/// The names that inotify-tools have for the events that are watched.
std::vector<std::string> watched_names()
{
  std::vector<std::string> names;
  for (const auto& [bit, name] : watch_event_names)
  {
    if (has_any(all_watch_events, bit))
    {
      names.emplace_back(name);
    }
  }
  return names;
}

std::vector<std::string> with(std::vector<std::string> names,
                              std::initializer_list<std::string_view> more)
{
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

/// The names that this library has for the events of files, which trace shows.
std::vector<std::string> traced_names()
{
  constexpr auto shown = event_mask::access | event_mask::modify | event_mask::attrib |
                         event_mask::close | event_mask::open | event_mask::open_exec |
                         event_mask::all_dirent | event_mask::delete_self | event_mask::move_self;
  std::vector<std::string> names;
  for (auto bits = static_cast<std::uint64_t>(shown); bits != 0; bits &= bits - 1)
  {
    names.push_back(to_string(static_cast<event_mask>(bits & -bits)));
  }
  return with(std::move(names), {"close", "move"});
}

std::vector<std::string> letters()
{
  std::vector<std::string> words;
  for (const char c : types_of(~event_mask{}))
  {
    if (c != '<' && c != '>')
    {
      words.emplace_back(1, c);
    }
  }
  return words;
}

} // namespace

option_values values_of(const CLI::Option& option)
{
  const auto is = [&option](const char* name) { return option.check_lname(name); };
  if (is("event"))
  {
    return {value_form::list, with(watched_names(), {"close", "move", "unmount"})};
  }
  if (is("events"))
  {
    return {value_form::list, traced_names()};
  }
  if (is("filter"))
  {
    return {value_form::letters, letters()};
  }
  if (is("ascending") || is("descending"))
  {
    return {value_form::one, with(watched_names(), {"total"})};
  }
  if (is("color"))
  {
    return {value_form::one, {"auto", "always", "never"}};
  }
  if (is("by"))
  {
    return {value_form::one, {"path", "directory", "process"}};
  }
  return {};
}

} // namespace fanio::tool

#include "watch_events.hpp"

#include "escape.hpp"

#include <algorithm>
#include <stdexcept>

namespace fanio::tool {

namespace {

/// In the order of inotifywait's lines, with the names that stand for several.
constexpr std::array<named_event, 16> printed_names{{
    {event_mask::access, "ACCESS"},
    {event_mask::modify, "MODIFY"},
    {event_mask::attrib, "ATTRIB"},
    {event_mask::close_write, "CLOSE_WRITE"},
    {event_mask::close_nowrite, "CLOSE_NOWRITE"},
    {event_mask::open, "OPEN"},
    {event_mask::moved_from, "MOVED_FROM"},
    {event_mask::moved_to, "MOVED_TO"},
    {event_mask::create, "CREATE"},
    {event_mask::delete_, "DELETE"},
    {event_mask::delete_self, "DELETE_SELF"},
    {unmounted, "UNMOUNT"},
    {event_mask::q_overflow, "Q_OVERFLOW"},
    {event_mask::close, "CLOSE"},
    {event_mask::move_self, "MOVE_SELF"},
    {event_mask::ondir, "ISDIR"},
}};

constexpr char to_lower(char c) noexcept
{
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

event_mask parse_watch_event(std::string_view word)
{
  const auto is_word = [word](std::string_view name)
  { return std::ranges::equal(word, name, {}, to_lower, to_lower); };
  if (is_word("close"))
  {
    return event_mask::close;
  }
  if (is_word("move"))
  {
    return event_mask::move;
  }
  const auto* const found = std::ranges::find_if(watch_event_names, is_word, &named_event::name);
  if (found == watch_event_names.end())
  {
    throw std::invalid_argument("'" + escape(word) + "': no such event: --help has a list of them");
  }
  return found->bit;
}

} // namespace

std::string watch_event_text(event_mask events, char separator)
{
  std::string text;
  for (const auto& [bit, name] : printed_names)
  {
    if (has_any(events, bit))
    {
      text += text.empty() ? "" : std::string(1, separator);
      text += name;
    }
  }
  return text;
}

event_mask parse_watch_events(std::string_view text)
{
  event_mask events{};
  for (std::size_t begin = 0; begin <= text.size();)
  {
    const auto end = std::min(text.find(',', begin), text.size());
    events |= parse_watch_event(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return events;
}

} // namespace fanio::tool

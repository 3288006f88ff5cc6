#include "event_types.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace fanio::tool {

namespace {

struct type
{
  char letter;
  event_mask shown_for; ///< The events that have it.
  event_mask meant;     ///< Those that it asks for.
};

constexpr auto written = event_mask::modify | event_mask::close_write;

constexpr std::array<type, 11> types{{
    {'R', event_mask::access, event_mask::access},
    {'C', event_mask::close, event_mask::close},
    {'W', written, written},
    {'O', event_mask::open, event_mask::open},
    {'+', event_mask::create, event_mask::create},
    {'D', event_mask::delete_, event_mask::delete_},
    {'<', event_mask::moved_from | event_mask::rename, event_mask::move},
    {'>', event_mask::moved_to | event_mask::rename, event_mask::move},
    {'X', event_mask::open_exec, event_mask::open_exec},
    {'A', event_mask::attrib, event_mask::attrib},
    {'S', event_mask::delete_self | event_mask::move_self,
     event_mask::delete_self | event_mask::move_self},
}};

char to_upper(char c) noexcept
{
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

} // namespace

std::string types_of(event_mask events)
{
  std::string letters;
  for (const auto& t : types)
  {
    if (has_any(events, t.shown_for))
    {
      letters += t.letter;
    }
  }
  return letters;
}

event_mask parse_types(std::string_view letters)
{
  event_mask events{};
  for (const char c : letters)
  {
    const auto* const found = std::ranges::find(types, to_upper(c), &type::letter);
    if (found == types.end())
    {
      throw std::invalid_argument(std::string(1, c) +
                                  ": no type of events: they are C, R, O, W, D, "
                                  "+, <, >, X (execution), A (attributes) and "
                                  "S (the object itself went or moved)");
    }
    events |= found->meant;
  }
  if (letters.empty())
  {
    throw std::invalid_argument("it names no type of events, as --filter=OC does");
  }
  return events;
}

} // namespace fanio::tool

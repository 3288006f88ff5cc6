#include "time_span.hpp"

#include <array>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace fanio::tool {

std::chrono::microseconds parse_time_span(std::string_view text)
{
  constexpr std::array<std::pair<std::string_view, double>, 6> units{
      {{"us", 1}, {"ms", 1e3}, {"s", 1e6}, {"m", 60e6}, {"h", 3600e6}, {"", 1e6}}};
  constexpr double longest = 9e15; // 285 years: clocks that count nanoseconds can take it

  double number = 0;
  const auto [rest, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  const auto unit = text.substr(static_cast<std::size_t>(rest - text.data()));
  for (const auto& [name, microseconds] : units)
  {
    const auto span = number * microseconds;
    if (error == std::errc() && unit == name && span >= 1 && span <= longest)
    {
      return std::chrono::microseconds(static_cast<std::int64_t>(span));
    }
  }
  throw std::invalid_argument("no time: give a number and us, ms, s, m or h, as in 1.5s");
}

std::chrono::microseconds parse_linger(std::string_view text)
{
  return text == "0" ? std::chrono::microseconds(0) : parse_time_span(text);
}

} // namespace fanio::tool

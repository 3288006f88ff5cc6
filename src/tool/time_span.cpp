#include "time_span.hpp"

#include <array>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace fanio::tool {

std::chrono::milliseconds parse_time_span(std::string_view text)
{
  constexpr std::array<std::pair<std::string_view, double>, 5> units{
      {{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"", 1e3}}};
  constexpr double longest = 1e14; // 3000 years: clocks can take it

  double number = 0;
  const auto [rest, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  const auto unit = text.substr(static_cast<std::size_t>(rest - text.data()));
  for (const auto& [name, milliseconds] : units)
  {
    const auto span = number * milliseconds;
    if (error == std::errc() && unit == name && span >= 1 && span <= longest)
    {
      return std::chrono::milliseconds(static_cast<std::int64_t>(span));
    }
  }
  throw std::invalid_argument("no time: give a number and ms, s, m or h, as in 1.5s");
}

} // namespace fanio::tool

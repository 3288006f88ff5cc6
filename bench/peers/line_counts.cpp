#include "line_counts.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace fanio::bench {

namespace {

/// Takes a number off the front.
std::optional<std::size_t> take_number(std::string_view& text)
{
  std::size_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc())
  {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return number;
}

bool take(std::string_view& text, std::string_view prefix)
{
  const bool is_there = text.starts_with(prefix);
  text.remove_prefix(is_there ? prefix.size() : 0);
  return is_there;
}

/// The number M of the file root/dN/fM that is the end of a line.
std::optional<std::size_t> file_of(std::string_view line, std::string_view root, const storm& made)
{
  const auto at = line.find(root);
  if (at == std::string_view::npos)
  {
    return std::nullopt;
  }
  auto rest = line.substr(at + root.size());
  const auto directory = take(rest, "/d") ? take_number(rest) : std::nullopt;
  const auto file = take(rest, "/f") ? take_number(rest) : std::nullopt;
  const bool is_one = directory && file && rest.empty() && *file < made.operations &&
                      *directory == *file % made.directories;
  return is_one ? file : std::nullopt;
}

bool tells_overflow(std::string_view line)
{
  constexpr std::string_view word = "overflow";
  const auto is_equal = [](unsigned char a, char b) { return std::tolower(a) == b; };
  return std::search(line.begin(), line.end(), word.begin(), word.end(), is_equal) != line.end();
}

} // namespace

line_counts count_lines(std::istream& output, const storm& made)
{
  line_counts counts;
  std::vector<bool> is_told(made.operations);
  for (std::string line; std::getline(output, line);)
  {
    if (const auto file = file_of(line, made.root.native(), made))
    {
      ++counts.lines;
      counts.files += is_told[*file] ? 0U : 1U;
      is_told[*file] = true;
    }
    else if (tells_overflow(line))
    {
      ++counts.overflows;
    }
  }
  return counts;
}

} // namespace fanio::bench

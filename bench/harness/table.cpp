#include "table.hpp"

#include "statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <vector>

namespace fanio::bench {

namespace {

enum column : std::size_t
{
  case_name,
  program,
  metric,
  middle,
  least,
  most,
  ratio_to,
  to_reach,
  losses,
  columns
};

using cells = std::array<std::string, columns>;

constexpr std::array<bool, columns> is_number = {false, false, false, true, true,
                                                 true,  false, false, false};

/// Cells, or a text below them that takes the whole width.
struct line
{
  cells parts;
  std::string remark;
};

/// Of UTF-8 text: every byte that begins a character.
std::size_t width(std::string_view text)
{
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t to, bool to_the_right)
{
  const std::string space(to - std::min(to, width(text)), ' ');
  return to_the_right ? space + text : text + space;
}

std::string goal_text(const row& of, const std::optional<goal>& to_reach,
                      const std::vector<double>& values)
{
  if (!to_reach)
  {
    return {};
  }
  return (to_reach->kind == goal::bound::at_most ? "≤ " : "≥ ") + figure(to_reach->value) +
         (is_reached(of, *to_reach, values) ? ", reached" : ", MISSED");
}

std::string loss_text(const row& of)
{
  std::string text;
  if (of.expected > 0 || of.lost > 0)
  {
    text = figure(static_cast<double>(of.lost)) + " of " + figure(static_cast<double>(of.expected));
  }
  if (of.overflows > 0)
  {
    text += (text.empty() ? "" : ", ") + std::to_string(of.overflows) + " overflows told";
  }
  return text;
}

cells first_line(const row& of)
{
  cells parts;
  parts[program] = of.program;
  parts[metric] = of.metric;
  if (of.values.empty())
  {
    parts[middle] = "none";
  }
  else
  {
    parts[middle] = figure(median(of.values)) + (of.unit.empty() ? "" : ' ' + of.unit);
    parts[least] = figure(smallest(of.values));
    parts[most] = figure(largest(of.values));
  }
  parts[to_reach] = goal_text(of, of.to_reach, of.values);
  parts[losses] = loss_text(of);
  return parts;
}

/// Each ratio has a line: the first that of the row, if it has no goal of its own.
void add_row(std::vector<line>& lines, const row& of)
{
  lines.push_back({first_line(of), {}});
  for (const auto& to : of.ratios)
  {
    if (auto& last = lines.back().parts; !last[ratio_to].empty() || !last[to_reach].empty())
    {
      lines.emplace_back();
    }
    auto& parts = lines.back().parts;
    parts[ratio_to] =
        (to.values.empty() ? "none" : figure(median(to.values))) + " of " + to.reference;
    parts[to_reach] = goal_text(of, to.to_reach, to.values);
  }
}

void add_case(std::vector<line>& lines, const case_report& of)
{
  const auto first = lines.size();
  for (const auto& row : of.rows)
  {
    add_row(lines, row);
  }
  if (of.rows.empty())
  {
    lines.emplace_back();
  }
  lines[first].parts[case_name] = of.name;
  const auto remark = [&](std::string text) { lines.push_back({{}, "    " + std::move(text)}); };
  for (const auto& row : of.rows)
  {
    for (const auto& doubt : row.doubts)
    {
      remark("not to be trusted: " + row.program + ", " + row.metric + ": " + doubt);
    }
  }
  for (const auto& [what, why] : of.left_out)
  {
    remark("left out: " + what + ": " + why);
  }
  for (const auto& [what, why] : of.could_not)
  {
    remark("could not: " + what + ": " + why);
  }
  if (!of.failure.empty())
  {
    remark("FAILED: " + of.failure);
  }
}

void write(std::ostream& out, const std::vector<line>& lines)
{
  std::array<std::size_t, columns> widths{};
  for (const auto& line : lines)
  {
    std::ranges::transform(line.parts, widths, widths.begin(),
                           [](const std::string& text, std::size_t so_far)
                           { return std::max(width(text), so_far); });
  }
  for (const auto& line : lines)
  {
    std::string text = line.remark;
    for (std::size_t i = 0; line.remark.empty() && i < columns; ++i)
    {
      text += padded(line.parts[i], widths[i], is_number[i]) + "  ";
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out << text << '\n';
  }
}

void write_sum(std::ostream& out, const tally& sums)
{
  if (sums.failed > 0)
  {
    out << sums.failed << " of the cases failed\n";
  }
  out << sums.cases << " cases, " << sums.reached << " goals reached of " << sums.goals << ", "
      << sums.left_out << " left out\n";
}

} // namespace

std::string figure(double value)
{
  const double size = std::abs(value);
  const bool is_whole = value == std::floor(value);
  const int decimals = size >= 100 || is_whole ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  std::array<char, 400> text{}; // the largest double has 309 digits
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  std::string result = text.data();
  if (!std::isfinite(value))
  {
    return result;
  }
  const auto digits = std::min(result.find('.'), result.size());
  const std::size_t first = value < 0 ? 1 : 0;
  for (auto place = digits; place > first + 3;)
  {
    place -= 3;
    result.insert(place, ",");
  }
  return result;
}

void write_table(std::ostream& out, const report& of)
{
  std::vector<line> lines = {
      {{"case", "program", "metric", "median", "min", "max", "ratio", "goal", "lost"}, {}}};
  for (const auto& found : of.cases)
  {
    add_case(lines, found);
  }
  write(out, lines);
  out << '\n';
  for (const auto& warning : of.warnings)
  {
    out << "warning: " << warning << '\n';
  }
  if (of.on.quick)
  {
    out << "a quick run: the work is too small for its figures to mean anything\n";
  }
  if (of.interrupted_by)
  {
    out << "interrupted: " << of.cases.size() << " of " << of.selected << " cases were run\n";
  }
  write_sum(out, sum_up(of));
}

} // namespace fanio::bench

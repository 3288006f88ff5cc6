#include "report.hpp"

#include "statistics.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <sstream>

namespace fanio::bench {

namespace {

/// How far values are apart: their quartiles, or, of few, all of them.
double width(std::span<const double> values)
{
  constexpr std::size_t few = 3;
  return values.size() > few ? quantile(values, 0.75) - quantile(values, 0.25)
                             : largest(values) - smallest(values);
}

bool is_wide(std::span<const double> values)
{
  return !values.empty() && width(values) > allowed_spread * std::abs(median(values));
}

bool is_reference(const case_report& in, const row& what)
{
  const auto compares = [&](const row& other)
  {
    return other.metric == what.metric &&
           std::ranges::find(other.ratios, what.program, &ratio::reference) != other.ratios.end();
  };
  return std::ranges::any_of(in.rows, compares);
}

std::string spread_doubt(const std::string& of)
{
  std::ostringstream text;
  text << of << " are further apart than " << allowed_spread * 100 << " % of the median";
  return text.str();
}

/// What a program has lost it has lost in all its rows.
void share_losses(const case_report& in, row& of)
{
  for (const auto& other : in.rows)
  {
    if (other.program == of.program && other.lost > of.lost)
    {
      of.lost = other.lost;
      of.expected = other.expected;
    }
  }
}

bool has_lost(const case_report& in, const std::string& program)
{
  return std::ranges::any_of(in.rows,
                             [&](const row& r) { return r.program == program && r.lost > 0; });
}

void add_doubts(const case_report& in, row& of)
{
  if (of.lost > 0)
  {
    of.doubts.push_back(std::to_string(of.lost) + " of " + std::to_string(of.expected) +
                        " events were not delivered: it has done less work");
  }
  if (of.values.size() == 1 && !of.is_count)
  {
    of.doubts.emplace_back("it was measured only once");
  }
  for (const auto& to : of.ratios)
  {
    if (is_wide(to.values))
    {
      of.doubts.push_back(spread_doubt("the ratios to " + to.reference));
    }
    if (has_lost(in, to.reference))
    {
      of.doubts.push_back(to.reference + ", which it is compared with, has lost events");
    }
  }
  if (of.ratios.empty() && !is_reference(in, of) && is_wide(of.values))
  {
    of.doubts.push_back(spread_doubt("the rounds"));
  }
}

void count(tally& sums, const row& of, const std::optional<goal>& to_reach,
           const std::vector<double>& values)
{
  if (to_reach)
  {
    ++sums.goals;
    sums.reached += is_reached(of, *to_reach, values) ? 1U : 0U;
  }
}

} // namespace

case_report make_report(std::string name, const outcome& found, std::string failure)
{
  return {.name = std::move(name),
          .rows = {found.rows().begin(), found.rows().end()},
          .plots = found.plots(),
          .left_out = found.left_out(),
          .could_not = found.could_not(),
          .failure = std::move(failure)};
}

void add_doubts(case_report& found)
{
  for (auto& row : found.rows)
  {
    share_losses(found, row);
  }
  for (auto& row : found.rows)
  {
    add_doubts(found, row);
    if (!found.failure.empty())
    {
      row.doubts.emplace_back("the case failed");
    }
  }
}

tally sum_up(const report& of)
{
  tally sums;
  for (const auto& found : of.cases)
  {
    ++sums.cases;
    sums.failed += found.failure.empty() ? 0U : 1U;
    sums.left_out += found.left_out.size();
    for (const auto& row : found.rows)
    {
      count(sums, row, row.to_reach, row.values);
      for (const auto& to : row.ratios)
      {
        count(sums, row, to.to_reach, to.values);
      }
    }
  }
  return sums;
}

bool is_reached(const row& of, const goal& to_reach, const std::vector<double>& values)
{
  return of.lost == 0 && !values.empty() && to_reach.is_reached(median(values));
}

std::optional<bool> is_reached(const row& of)
{
  std::optional<bool> all;
  const auto add = [&](const std::optional<goal>& to_reach, const std::vector<double>& values)
  {
    if (to_reach)
    {
      all = all.value_or(true) && is_reached(of, *to_reach, values);
    }
  };
  add(of.to_reach, of.values);
  for (const auto& to : of.ratios)
  {
    add(to.to_reach, to.values);
  }
  return all;
}

} // namespace fanio::bench

#pragma once

#include "bench_case.hpp"
#include "machine.hpp"
#include "outcome.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fanio::bench {

/// What is known of a case that was run.
struct case_report
{
  std::string name;
  std::vector<row> rows;
  std::vector<plot> plots;
  std::vector<std::pair<std::string, std::string>> left_out;  ///< What, and why.
  std::vector<std::pair<std::string, std::string>> could_not; ///< The same.
  std::string failure; ///< Why the case did not come to its end. Empty: it did.
};

[[nodiscard]] case_report make_report(std::string name, const outcome& found, std::string failure);

/// What is known of a run.
struct report
{
  machine on;
  std::vector<case_report> cases;
  std::vector<std::string> warnings; ///< Of the whole run: limits that are low, plots that are not.
  std::size_t selected = 0;          ///< Cases that were to run.
  std::optional<int> interrupted_by; ///< A signal, which ended it.
};

/// The quartiles of what is judged may be so far apart, as a share of the median.
inline constexpr double allowed_spread = 0.2;

/// Adds the doubts that the figures themselves give rise to: events that were not delivered, by the
/// program or by the one that it is compared with, so that less work was done; and a spread above
/// the allowed one. That of a row is the spread of its
/// ratios, if it has some: the machine's speed swings, and both programs swing with it.
void add_doubts(case_report& found);

/// What a run comes to.
struct tally
{
  std::size_t cases = 0;
  std::size_t failed = 0;
  std::size_t goals = 0;
  std::size_t reached = 0;
  std::size_t left_out = 0;
};

[[nodiscard]] tally sum_up(const report& of);

/// Whether the median reaches a goal of a row; not, if there are no values, or events were lost.
[[nodiscard]] bool is_reached(const row& of, const goal& to_reach,
                              const std::vector<double>& values);

/// Whether all of a row's goals are reached. Nothing if it has none.
[[nodiscard]] std::optional<bool> is_reached(const row& of);

} // namespace fanio::bench

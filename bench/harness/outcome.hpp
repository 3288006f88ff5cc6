#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fanio::bench {

/// What a ratio is to reach.
struct goal
{
  enum class bound
  {
    at_most,
    at_least
  };

  bound kind = bound::at_most;
  double value = 1;

  [[nodiscard]] bool is_reached(double ratio) const noexcept
  {
    return kind == bound::at_most ? ratio <= value : ratio >= value;
  }
};

[[nodiscard]] constexpr goal at_most(double value) noexcept
{
  return {goal::bound::at_most, value};
}

[[nodiscard]] constexpr goal at_least(double value) noexcept
{
  return {goal::bound::at_least, value};
}

/// A program's ratio to another, one for each round: made of what both did in the same round.
struct ratio
{
  std::string reference; ///< The other program's name.
  std::vector<double> values;
  std::optional<goal> to_reach;
};

/// One line of the table: what one program did, in one metric.
struct row
{
  std::string program;        ///< "raw C", "fanio, callback"
  std::string metric;         ///< "CPU an event", "opens a second"
  std::string unit;           ///< "ns", "1/s", "%"
  std::vector<double> values; ///< One a round.
  std::vector<ratio> ratios;

  std::uint64_t expected = 0; ///< Events that there were to deliver, in all rounds. 0: not counted.
  std::uint64_t lost = 0;     ///< Of these not delivered.
  std::uint64_t overflows = 0; ///< Losses that the program told of.

  bool is_count = false; ///< Of what is the same in each run: once is enough.

  std::optional<goal> to_reach;    ///< For a row that is a goal in itself, such as a count of 0.
  std::vector<std::string> doubts; ///< Why the figures are not to be trusted.
};

/// A cumulative curve, a line, of a plot: points of x and y.
struct curve
{
  std::string name;
  std::vector<std::pair<double, double>> points;
};

/// A picture beside the table.
struct plot
{
  std::string name; ///< Of the file: "latency-respond"
  std::string title;
  std::string x_label;
  std::string y_label;
  bool logarithmic_x = false;
  std::vector<curve> curves;
};

/// What a case has found out. Rows stay where they are: references to them stay valid.
class outcome
{
public:
  row& add(std::string program, std::string metric, std::string unit);

  /// Puts the ratio of `what` to `reference` into `what`: value by value, as many as both have.
  static void compare(row& what, const row& reference, std::optional<goal> to_reach = {});

  /// A program, or a part of the case, that could not be run, and why. It is told in table and
  /// JSON, and the harness ends with status 3.
  void leave_out(std::string what, std::string why);

  /// A program that was run and could not do it, and why: a result, told in table and JSON.
  void could_not(std::string what, std::string why);

  void add(plot p);

  [[nodiscard]] const std::deque<row>& rows() const noexcept { return rows_; }

  [[nodiscard]] const std::vector<plot>& plots() const noexcept { return plots_; }

  /// What was left out, and why.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& left_out() const noexcept
  {
    return left_out_;
  }

  /// What could not do it, and why.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& could_not() const noexcept
  {
    return could_not_;
  }

private:
  std::deque<row> rows_;
  std::vector<plot> plots_;
  std::vector<std::pair<std::string, std::string>> left_out_;
  std::vector<std::pair<std::string, std::string>> could_not_;
};

} // namespace fanio::bench

#include "json.hpp"

#include "statistics.hpp"

#include <boost/describe/class.hpp>
#include <boost/json/src.hpp>

#include <cmath>
#include <sstream>
#include <string_view>

namespace json = boost::json;

namespace fanio::bench {

// What goes from process to process as it is
// -----------------------------------------

BOOST_DESCRIBE_STRUCT(ratio, (), (reference, values, to_reach))
BOOST_DESCRIBE_STRUCT(row, (),
                      (program, metric, unit, values, ratios, expected, lost, overflows, is_count,
                       to_reach, doubts))
BOOST_DESCRIBE_STRUCT(curve, (), (name, points))
BOOST_DESCRIBE_STRUCT(plot, (), (name, title, x_label, y_label, logarithmic_x, curves))
BOOST_DESCRIBE_STRUCT(case_report, (), (name, rows, plots, left_out, could_not, failure))

namespace {

constexpr std::string_view name_of(goal::bound kind) noexcept
{
  return kind == goal::bound::at_most ? "at_most" : "at_least";
}

} // namespace

void tag_invoke(const json::value_from_tag&, json::value& to, const goal& from)
{
  to = {{name_of(from.kind), from.value}};
}

goal tag_invoke(const json::value_to_tag<goal>&, const json::value& from)
{
  const auto& member = *from.as_object().begin();
  const double value = member.value().to_number<double>();
  return member.key() == name_of(goal::bound::at_most) ? at_most(value) : at_least(value);
}

std::string pack(const case_report& found)
{
  return json::serialize(json::value_from(found));
}

case_report unpack(const std::string& line)
{
  return json::value_to<case_report>(json::parse(line));
}

// What is written for others
// -----------------------------------------

namespace {

/// JSON knows no infinity.
json::value number(double value)
{
  return std::isfinite(value) ? json::value(value) : json::value(nullptr);
}

json::value middle(const std::vector<double>& values)
{
  return values.empty() ? json::value(nullptr) : number(median(values));
}

json::object described(const row& of, const goal& to_reach, const std::vector<double>& values)
{
  return {{name_of(to_reach.kind), to_reach.value}, {"reached", is_reached(of, to_reach, values)}};
}

json::object goals(const row& of)
{
  json::object result;
  if (of.to_reach)
  {
    result["median"] = described(of, *of.to_reach, of.values);
  }
  for (const auto& to : of.ratios)
  {
    if (to.to_reach)
    {
      result[to.reference] = described(of, *to.to_reach, to.values);
    }
  }
  return result;
}

json::object described(const std::string& name, const row& of, bool is_quick)
{
  const bool is_empty = of.values.empty();
  json::object ratios;
  for (const auto& to : of.ratios)
  {
    ratios[to.reference] = middle(to.values);
  }
  const auto reached = is_reached(of);
  return {
      {"case", name},
      {"program", of.program},
      {"metric", of.metric},
      {"unit", of.unit},
      {"median", middle(of.values)},
      {"min", is_empty ? json::value(nullptr) : number(smallest(of.values))},
      {"max", is_empty ? json::value(nullptr) : number(largest(of.values))},
      {"rounds", of.values.size()},
      {"ratio_to", std::move(ratios)},
      {"goals", goals(of)},
      {"reached", reached ? json::value(*reached) : json::value(nullptr)},
      {"expected", of.expected},
      {"lost", of.lost},
      {"overflows", of.overflows},
      {"trusted", of.doubts.empty() && !is_quick},
      {"doubts", json::value_from(of.doubts)},
  };
}

json::object described(const machine& on)
{
  return {
      {"kernel", on.kernel}, {"cpu", on.cpu},           {"cores", on.cores},
      {"memory", on.memory}, {"compiler", on.compiler}, {"boost", on.boost},
      {"fanio", on.fanio},   {"date", on.date},         {"command", on.command},
      {"quick", on.quick},   {"rounds", on.rounds},     {"limits", json::value_from(on.limits)},
  };
}

void append(json::array& all, const std::string& of_case,
            const std::vector<std::pair<std::string, std::string>>& some)
{
  for (const auto& [what, why] : some)
  {
    all.push_back({{"case", of_case}, {"what", what}, {"why", why}});
  }
}

/// An array with a line for each element.
void write_lines(std::ostream& out, std::string_view name, const json::array& elements)
{
  out << ",\n\"" << name << "\": [";
  std::string_view before = "\n";
  for (const auto& element : elements)
  {
    out << before << element;
    before = ",\n";
  }
  out << "\n]";
}

} // namespace

std::string to_json(const report& of)
{
  json::array rows;
  json::array left_out;
  json::array could_not;
  json::array failed;
  for (const auto& found : of.cases)
  {
    for (const auto& row : found.rows)
    {
      rows.push_back(described(found.name, row, of.on.quick));
    }
    append(left_out, found.name, found.left_out);
    append(could_not, found.name, found.could_not);
    if (!found.failure.empty())
    {
      failed.push_back({{"case", found.name}, {"why", found.failure}});
    }
  }
  std::ostringstream out;
  out << "{\"machine\": " << described(of.on);
  write_lines(out, "cases", rows);
  write_lines(out, "left_out", left_out);
  write_lines(out, "could_not", could_not);
  write_lines(out, "failed", failed);
  write_lines(out, "warnings", json::value_from(of.warnings).as_array());
  out << "}\n";
  return out.str();
}

} // namespace fanio::bench

#include "self_test.hpp"

#include "checks.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <exception>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fanio::tool {

namespace json = boost::json;

namespace {

struct outcome
{
  const check* of;
  std::string_view result; // "ok", "DIFFERS" or "skipped"
  std::string why;
};

outcome try_out(const check& one, const probe_report& report, asio::io_context& context,
                const std::string& directory)
{
  if (!one.can_run(report))
  {
    return {&one, "skipped",
            "needs " + std::string(one.needs.empty() ? "FAN_REPORT_NAME (Linux 5.9)" : one.needs)};
  }
  trial here(context, directory);
  try
  {
    one.run(here);
    return {&one, "ok", ""};
  }
  catch (const std::exception& difference)
  {
    return {&one, "DIFFERS", difference.what()};
  }
}

void print_table(const std::vector<outcome>& outcomes)
{
  for (const auto& [of, result, why] : outcomes)
  {
    std::cout << std::left << std::setw(9) << result << of->id << "  " << of->what;
    std::cout << (why.empty() ? "" : ": ") << why << '\n';
  }
  const auto count = [&](std::string_view result)
  { return std::ranges::count(outcomes, result, &outcome::result); };
  std::cout << count("ok") << " ok, " << count("DIFFERS") << " differ, " << count("skipped")
            << " skipped\n";
}

void print_json(const std::vector<outcome>& outcomes)
{
  json::array rows;
  for (const auto& [of, result, why] : outcomes)
  {
    json::object row{{"id", of->id}, {"what", of->what}, {"result", result}};
    row["why"] = why.empty() ? json::value(nullptr) : json::value(why);
    rows.push_back(std::move(row));
  }
  std::cout << json::serialize(rows) << '\n';
}

} // namespace

bool self_test(const std::string& directory, bool as_json)
{
  const auto report = probe();
  // One for all: the ring of each would count as locked memory of the user until it is gone, which
  // with io_uring is some time after its end.
  asio::io_context context;
  std::vector<outcome> outcomes;
  outcomes.reserve(all_checks().size());
  for (const auto& one : all_checks())
  {
    outcomes.push_back(try_out(one, report, context, directory));
  }
  as_json ? print_json(outcomes) : print_table(outcomes);
  if (!std::cout.flush())
  {
    throw std::runtime_error("standard output can't be written");
  }
  return std::ranges::none_of(outcomes, [](const outcome& o) { return o.result == "DIFFERS"; });
}

} // namespace fanio::tool

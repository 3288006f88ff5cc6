#include "bench/running.hpp"
#include "support/temp_directory.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <harness/json.hpp>
#include <harness/output_file.hpp>
#include <harness/plots.hpp>
#include <harness/process.hpp>
#include <harness/report.hpp>
#include <harness/table.hpp>
#include <sstream>
#include <string>
#include <system_error>

using namespace fanio::bench;
namespace json = boost::json;
using test::contains;
using test::last_line;
using test::read_whole;

namespace {

/// A case with a reference and what is compared with it, in seven rounds.
struct two_rows
{
  outcome found;
  row& reference = found.add("raw C", "CPU an event", "ns");
  row& other = found.add("fanio, callback", "CPU an event", "ns");

  two_rows()
  {
    reference.values = {400, 410, 420, 430, 440, 450, 460};
    other.values = {408, 418.2, 428.4, 438.6, 448.8, 459, 469.2};
  }

  case_report report(const std::string& failure = {}) const
  {
    auto made = make_report("drain", found, failure);
    add_doubts(made);
    return made;
  }
};

report run_of(case_report one)
{
  report run;
  run.on.kernel = "Linux 6.18";
  run.on.command = "bench/run.sh drain";
  run.selected = 1;
  run.cases.push_back(std::move(one));
  return run;
}

std::string table_of(const report& run)
{
  std::ostringstream out;
  write_table(out, run);
  return out.str();
}

boost::test_tools::assertion_result has_gnuplot(boost::unit_test::test_unit_id)
{
  boost::test_tools::assertion_result result(is_installed("gnuplot"));
  result.message() << "needs gnuplot";
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(reports)

// Doubts and goals
// -----------------------------------------

BOOST_FIXTURE_TEST_CASE(ratios_that_agree_are_trusted_although_the_machine_swings, two_rows)
{
  reference.values = {400, 800, 400, 800, 400, 800, 400};
  other.values = {410, 820, 410, 820, 410, 820, 410};
  outcome::compare(other, reference);
  const auto made = report();
  BOOST_TEST(made.rows[0].doubts.empty());
  BOOST_TEST(made.rows[1].doubts.empty());
}

BOOST_FIXTURE_TEST_CASE(ratios_that_are_far_apart_are_not_trusted, two_rows)
{
  other.values = {400, 800, 400, 800, 400, 800, 400};
  outcome::compare(other, reference);
  const auto made = report();
  BOOST_TEST(made.rows[0].doubts.empty());
  BOOST_REQUIRE(made.rows[1].doubts.size() == 1U);
  BOOST_TEST(contains(made.rows[1].doubts[0], "further apart than 20 %"), made.rows[1].doubts[0]);
}

BOOST_FIXTURE_TEST_CASE(a_row_on_its_own_is_judged_by_its_rounds, two_rows)
{
  other.values = {400, 800, 400, 800, 400, 800, 400};
  BOOST_TEST(report().rows[1].doubts.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(of_few_rounds_all_are_to_agree, two_rows)
{
  other.values = {400, 410, 800};
  BOOST_TEST(report().rows[1].doubts.size() == 1U);
  other.values = {400, 410, 420};
  BOOST_TEST(report().rows[1].doubts.empty());
}

BOOST_FIXTURE_TEST_CASE(what_was_measured_once_is_trusted_only_if_it_is_a_count, two_rows)
{
  other.values = {400};
  const auto made = report();
  BOOST_REQUIRE(made.rows[1].doubts.size() == 1U);
  BOOST_TEST(contains(made.rows[1].doubts[0], "only once"), made.rows[1].doubts[0]);
  other.is_count = true;
  BOOST_TEST(report().rows[1].doubts.empty());
}

BOOST_FIXTURE_TEST_CASE(what_was_run_and_could_not_do_it_is_told_and_not_left_out, two_rows)
{
  found.could_not("a peer", "too many open files");
  const auto run = run_of(report());
  BOOST_TEST(contains(table_of(run), "    could not: a peer: too many open files\n"));
  BOOST_TEST(contains(to_json(run), "\"could_not\": [\n{\"case\":\"drain\",\"what\":\"a peer\","
                                    "\"why\":\"too many open files\"}"),
             to_json(run));
  BOOST_TEST(sum_up(run).left_out == 0U);
}

BOOST_FIXTURE_TEST_CASE(who_loses_events_is_not_trusted, two_rows)
{
  other.expected = 1000;
  other.lost = 3;
  const auto made = report();
  BOOST_REQUIRE(made.rows[1].doubts.size() == 1U);
  BOOST_TEST(contains(made.rows[1].doubts[0], "3 of 1000 events"), made.rows[1].doubts[0]);
}

BOOST_FIXTURE_TEST_CASE(figures_of_a_case_that_failed_are_not_trusted, two_rows)
{
  BOOST_TEST(report("no space").rows[0].doubts.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(goals_are_of_the_medians, two_rows)
{
  outcome::compare(other, reference, at_most(1.03));
  BOOST_TEST(is_reached(other).value());
  outcome::compare(other, reference, at_most(1.01));
  BOOST_TEST(!is_reached(other).value());
  BOOST_TEST(!is_reached(reference).has_value());
  const auto sums = sum_up(run_of(report()));
  BOOST_TEST(sums.goals == 2U);
  BOOST_TEST(sums.reached == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_count_can_be_a_goal_in_itself, two_rows)
{
  reference.to_reach = at_most(0);
  BOOST_TEST(!is_reached(reference).value());
  reference.values = {0, 0};
  BOOST_TEST(is_reached(reference).value());
}

BOOST_FIXTURE_TEST_CASE(who_is_compared_with_a_loser_is_not_trusted, two_rows)
{
  outcome::compare(other, reference);
  reference.lost = 3;
  const auto made = report();
  BOOST_REQUIRE(made.rows[1].doubts.size() == 1U);
  BOOST_TEST(contains(made.rows[1].doubts[0], "has lost events"), made.rows[1].doubts[0]);
}

BOOST_FIXTURE_TEST_CASE(a_loss_counts_in_all_rows_of_the_program, two_rows)
{
  auto& another = found.add(other.program, "time", "s");
  another.values = {1, 2};
  another.to_reach = at_most(3);
  other.expected = 10;
  other.lost = 3;
  const auto made = report();
  BOOST_TEST(made.rows[2].lost == 3U);
  BOOST_TEST(made.rows[2].expected == 10U);
  BOOST_TEST(!is_reached(made.rows[2]).value());
}

BOOST_FIXTURE_TEST_CASE(who_loses_events_reaches_no_goal, two_rows)
{
  outcome::compare(other, reference, at_most(1.03));
  other.lost = 1;
  BOOST_TEST(!is_reached(other).value());
  const auto made = run_of(report());
  BOOST_TEST(sum_up(made).reached == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_goal_without_figures_is_missed, two_rows)
{
  other.values.clear();
  outcome::compare(other, reference, at_most(1.03));
  BOOST_TEST(!is_reached(other).value());
}

// The table
// -----------------------------------------

BOOST_AUTO_TEST_CASE(figures_have_three_digits_that_count)
{
  BOOST_TEST(figure(0) == "0");
  BOOST_TEST(figure(0.0123) == "0.012");
  BOOST_TEST(figure(1.026) == "1.03");
  BOOST_TEST(figure(42.35) == "42.4");
  BOOST_TEST(figure(999.6) == "1,000");
  BOOST_TEST(figure(-1234567) == "-1,234,567");
  BOOST_TEST(figure(123456) == "123,456");
}

BOOST_FIXTURE_TEST_CASE(the_table_tells_figures_ratio_goal_and_losses, two_rows)
{
  outcome::compare(other, reference, at_most(1.03));
  other.expected = 50'000;
  const auto text = table_of(run_of(report()));
  for (const auto* part : {"raw C", "430 ns", "439 ns", "408", "469", "1.02 of raw C",
                           "≤ 1.03, reached", "0 of 50,000"})
  {
    BOOST_TEST(contains(text, part), part << " in\n" << text);
  }
  BOOST_TEST(last_line(text) == "1 cases, 1 goals reached of 1, 0 left out");
}

BOOST_FIXTURE_TEST_CASE(columns_stand_below_their_heads, two_rows)
{
  outcome::compare(other, reference, at_most(1.03));
  std::istringstream lines(table_of(run_of(report())));
  std::string head;
  std::string first;
  std::getline(lines, head);
  std::getline(lines, first);
  BOOST_TEST(head.find("program") == first.find("raw C"));
  BOOST_TEST(head.find("metric") == first.find("CPU an event"));
  BOOST_TEST(head.find("median") + 6 == first.find(" ns") + 3);
}

BOOST_FIXTURE_TEST_CASE(the_table_tells_missed_goals_doubts_and_what_was_left_out, two_rows)
{
  outcome::compare(other, reference, at_most(1.01));
  other.expected = 10;
  other.lost = 1;
  other.overflows = 2;
  found.leave_out("fatrace", "it is not installed");
  const auto text = table_of(run_of(report()));
  for (const auto* part : {"≤ 1.01, MISSED", "1 of 10, 2 overflows told",
                           "not to be trusted: fanio, callback, CPU an event: 1 of 10 events",
                           "left out: fatrace: it is not installed"})
  {
    BOOST_TEST(contains(text, part), part << " in\n" << text);
  }
  BOOST_TEST(last_line(text) == "1 cases, 0 goals reached of 1, 1 left out");
}

BOOST_FIXTURE_TEST_CASE(the_table_tells_an_interruption_and_a_failure, two_rows)
{
  auto run = run_of(report("out of luck"));
  run.selected = 5;
  run.interrupted_by = 2;
  const auto text = table_of(run);
  BOOST_TEST(contains(text, "FAILED: out of luck"), text);
  BOOST_TEST(contains(text, "interrupted: 1 of 5 cases were run"), text);
}

// JSON
// -----------------------------------------

BOOST_FIXTURE_TEST_CASE(json_has_the_documented_shape, two_rows)
{
  outcome::compare(other, reference, at_most(1.03));
  other.expected = 7;
  found.leave_out("fatrace", "it is not installed");
  const auto written = json::parse(to_json(run_of(report())));
  BOOST_TEST(written.at("machine").at("kernel").as_string() == "Linux 6.18");
  BOOST_TEST(written.at("machine").at("command").as_string() == "bench/run.sh drain");
  const auto& row = written.at("cases").at(1);
  BOOST_TEST(row.at("case").as_string() == "drain");
  BOOST_TEST(row.at("program").as_string() == "fanio, callback");
  BOOST_TEST(row.at("metric").as_string() == "CPU an event");
  BOOST_TEST(row.at("unit").as_string() == "ns");
  BOOST_TEST(row.at("median").as_double() == 438.6, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(row.at("min").as_double() == 408.0);
  BOOST_TEST(row.at("max").as_double() == 469.2, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(row.at("rounds").to_number<int>() == 7);
  BOOST_TEST(row.at("ratio_to").at("raw C").as_double() == 1.02,
             boost::test_tools::tolerance(1e-9));
  BOOST_TEST(row.at("goals").at("raw C").at("at_most").as_double() == 1.03,
             boost::test_tools::tolerance(1e-9));
  BOOST_TEST(row.at("reached").as_bool());
  BOOST_TEST(row.at("expected").to_number<int>() == 7);
  BOOST_TEST(row.at("lost").to_number<int>() == 0);
  BOOST_TEST(row.at("overflows").to_number<int>() == 0);
  BOOST_TEST(row.at("trusted").as_bool());
  BOOST_TEST(written.at("cases").at(0).at("reached").is_null());
  BOOST_TEST(written.at("left_out").at(0).at("what").as_string() == "fatrace");
}

BOOST_FIXTURE_TEST_CASE(json_marks_what_is_not_to_be_trusted, two_rows)
{
  other.lost = 1;
  other.expected = 2;
  const auto written = json::parse(to_json(run_of(report("broken"))));
  BOOST_TEST(!written.at("cases").at(1).at("trusted").as_bool());
  BOOST_TEST(written.at("cases").at(1).at("doubts").as_array().size() == 2U);
  BOOST_TEST(written.at("failed").at(0).at("why").as_string() == "broken");
}

BOOST_FIXTURE_TEST_CASE(json_trusts_nothing_of_a_quick_run, two_rows)
{
  auto run = run_of(report());
  run.on.quick = true;
  const auto written = json::parse(to_json(run));
  BOOST_TEST(!written.at("cases").at(0).at("trusted").as_bool());
}

BOOST_FIXTURE_TEST_CASE(json_has_no_infinity, two_rows)
{
  reference.values = {0, 0};
  other.values = {};
  outcome::compare(reference, other);
  other.values = {1, 1};
  outcome::compare(other, reference);
  const auto written = json::parse(to_json(run_of(report())));
  BOOST_TEST(written.at("cases").at(1).at("ratio_to").at("raw C").is_null());
  BOOST_TEST(written.at("cases").at(0).at("ratio_to").at("fanio, callback").is_null());
}

BOOST_FIXTURE_TEST_CASE(a_case_is_the_same_after_its_way_between_processes, two_rows)
{
  outcome::compare(other, reference, at_least(0.5));
  reference.to_reach = at_most(0);
  other.lost = 5;
  found.leave_out("a \"peer\"", "says\nno");
  found.add(plot{"growth", "Growth", "events", "ns", true, {{"fanio", {{1, 2.5}, {10, 3}}}}});
  const auto sent = report("failed");
  const auto line = pack(sent);
  const auto got = unpack(line);
  BOOST_TEST(!contains(line, "\n"));
  BOOST_TEST(pack(got) == line);
  BOOST_TEST(got.rows[1].ratios[0].to_reach->value == 0.5);
  BOOST_TEST((got.rows[1].ratios[0].to_reach->kind == goal::bound::at_least));
  BOOST_TEST(got.rows[1].lost == 5U);
  BOOST_TEST(got.left_out[0].second == "says\nno");
  BOOST_TEST(got.plots[0].curves[0].points[1].first == 10.0);
  BOOST_TEST(got.failure == "failed");
}

// Plots
// -----------------------------------------

BOOST_FIXTURE_TEST_CASE(goals_are_bars_that_end_at_one_where_they_are_just_reached, two_rows)
{
  outcome::compare(other, reference, at_most(0.51));
  const auto script = goals_script(run_of(report()));
  BOOST_TEST(contains(script, "0 2 "), script);
  BOOST_TEST(contains(script, "drain: fanio, callback / raw C"), script);
  BOOST_TEST(contains(script, "1.02 (≤ 0.510)"), script);
}

BOOST_FIXTURE_TEST_CASE(without_goals_there_is_no_plot_of_them, two_rows)
{
  outcome::compare(other, reference);
  BOOST_TEST(goals_script(run_of(report())).empty());
}

BOOST_FIXTURE_TEST_CASE(plots_are_drawn, two_rows, *boost::unit_test::precondition(has_gnuplot))
{
  outcome::compare(other, reference, at_most(1.03));
  found.add(plot{"latency-respond",
                 "Latency \"now\"",
                 "µs",
                 "share",
                 true,
                 {{"raw C", {{1, 0.5}, {10, 1}}}, {"nothing", {}}, {"fanio", {{2, 0.5}, {9, 1}}}}});
  const test::temp_directory place;
  const auto names = write_plots(run_of(report()), place.path());
  const std::vector<std::string> expected = {"goals.svg", "latency-respond.svg"};
  BOOST_TEST(names == expected, boost::test_tools::per_element());
  for (const auto& name : names)
  {
    const auto svg = read_whole(place / name);
    BOOST_TEST(contains(svg, "<svg"), name);
    BOOST_TEST(contains(svg, "</svg>"), name);
  }
  BOOST_TEST(contains(read_whole(place / names[0]), "fanio, callback / raw C"));
  BOOST_TEST(contains(read_whole(place / names[1]), "Latency now"));
}

// Files
// -----------------------------------------

BOOST_AUTO_TEST_CASE(a_file_is_replaced_whole)
{
  const test::temp_directory place;
  const auto file = place.write("r.json", "before");
  write_file(file, "after");
  BOOST_TEST(read_whole(file) == "after");
  BOOST_TEST(std::distance(std::filesystem::directory_iterator(place.path()), {}) == 1);
}

BOOST_AUTO_TEST_CASE(trying_a_file_changes_nothing)
{
  const test::temp_directory place;
  try_file(place / "r.json");
  BOOST_TEST(std::filesystem::is_empty(place.path()));
  BOOST_CHECK_THROW(try_file(place / "nowhere/r.json"), std::system_error);
  BOOST_CHECK_THROW(try_file(place.path()), std::system_error);
}

BOOST_AUTO_TEST_CASE(a_link_stays_one_and_what_it_leads_to_is_written)
{
  const test::temp_directory place;
  const auto file = place.write("real", "before");
  std::filesystem::create_symlink("real", place / "link");
  write_file(place / "link", "after");
  BOOST_TEST(std::filesystem::is_symlink(place / "link"));
  BOOST_TEST(read_whole(file) == "after");
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_told)
{
  BOOST_CHECK_EXCEPTION(write_file("/dev/full", "text"), std::system_error,
                        [](const std::system_error& e)
                        { return e.code() == std::errc::no_space_on_device; });
}

BOOST_AUTO_TEST_SUITE_END()

#include <boost/test/unit_test.hpp>

#include <array>
#include <cmath>
#include <harness/outcome.hpp>
#include <harness/statistics.hpp>
#include <vector>

using namespace fanio::bench;

namespace {

const auto is_close = boost::test_tools::tolerance(1e-9);

} // namespace

BOOST_AUTO_TEST_SUITE(statistics)

BOOST_AUTO_TEST_CASE(the_median_is_the_middle_whatever_the_order)
{
  BOOST_TEST(median(std::array{9.0, 1.0, 5.0}) == 5.0, is_close);
  BOOST_TEST(median(std::array{4.0, 1.0, 3.0, 2.0}) == 2.5, is_close);
  BOOST_TEST(median(std::array{7.0}) == 7.0, is_close);
}

BOOST_AUTO_TEST_CASE(smallest_and_largest_are_the_ends)
{
  const std::array values = {3.0, -2.0, 8.0};
  BOOST_TEST(smallest(values) == -2.0);
  BOOST_TEST(largest(values) == 8.0);
}

BOOST_AUTO_TEST_CASE(a_quantile_lies_between_its_neighbours)
{
  const std::array values = {10.0, 20.0, 30.0, 40.0, 50.0};
  BOOST_TEST(quantile(values, 0) == 10.0, is_close);
  BOOST_TEST(quantile(values, 0.25) == 20.0, is_close);
  BOOST_TEST(quantile(values, 0.9) == 46.0, is_close);
  BOOST_TEST(quantile(values, 1) == 50.0, is_close);
}

BOOST_AUTO_TEST_CASE(quotients_are_made_round_by_round_as_many_as_both_have)
{
  const std::vector<double> expected = {2.0, 0.5};
  BOOST_TEST(quotients(std::array{4.0, 1.0, 9.0}, std::array{2.0, 2.0}) == expected,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(two_counts_of_nothing_are_equal)
{
  BOOST_TEST(quotients(std::array{0.0}, std::array{0.0}).front() == 1.0);
  BOOST_TEST(std::isinf(quotients(std::array{1.0}, std::array{0.0}).front()));
}

BOOST_AUTO_TEST_CASE(a_histogram_is_right_within_its_bound_over_its_whole_range)
{
  for (double time = 1; time < 1e12; time *= 1.37)
  {
    time_histogram one;
    one.count(static_cast<std::uint64_t>(time));
    BOOST_TEST(std::abs(one.quantile(0.5) - std::floor(time)) <= time * 0.016, "at " << time);
  }
}

BOOST_AUTO_TEST_CASE(a_histogram_counts_what_is_beyond_its_range_as_its_last)
{
  time_histogram times;
  times.count(~std::uint64_t{0});
  times.count(0);
  BOOST_TEST(times.total() == 2U);
  BOOST_TEST(times.quantile(0.1) == 0.0);
  BOOST_TEST(times.quantile(1) > 1e12);
}

BOOST_AUTO_TEST_CASE(a_histogram_of_nothing_has_no_quantiles)
{
  const time_histogram none;
  BOOST_TEST(none.quantile(0.5) == 0.0);
  BOOST_TEST(none.cumulative().empty());
}

BOOST_AUTO_TEST_CASE(quantiles_of_a_histogram_are_those_of_its_times)
{
  time_histogram times;
  for (std::uint64_t i = 1; i <= 1000; ++i)
  {
    times.count(i * 1000);
  }
  BOOST_TEST(times.quantile(0.5) == 500'000.0, boost::test_tools::tolerance(0.016));
  BOOST_TEST(times.quantile(0.99) == 990'000.0, boost::test_tools::tolerance(0.016));
}

BOOST_AUTO_TEST_CASE(merged_histograms_count_together)
{
  time_histogram a;
  time_histogram b;
  a.count(10);
  b.count(10);
  b.count(1'000'000);
  a.merge(b);
  BOOST_TEST(a.total() == 3U);
  BOOST_TEST(a.quantile(0.5) == 10.0);
}

BOOST_AUTO_TEST_CASE(a_cumulative_curve_rises_to_one)
{
  time_histogram times;
  for (const std::uint64_t time : {5U, 5U, 80U, 3'000U})
  {
    times.count(time);
  }
  const auto curve = times.cumulative();
  BOOST_REQUIRE(curve.size() == 3U);
  BOOST_TEST(curve[0].first == 5.0);
  BOOST_TEST(curve[0].second == 0.5);
  BOOST_TEST(curve[1].second == 0.75);
  BOOST_TEST(curve[2].first >= 3'000.0);
  BOOST_TEST(curve[2].second == 1.0);
}

BOOST_AUTO_TEST_CASE(a_ratio_is_of_what_both_did_in_the_same_round)
{
  outcome found;
  auto& reference = found.add("raw C", "CPU", "ns");
  auto& other = found.add("fanio", "CPU", "ns");
  reference.values = {100, 200};
  other.values = {110, 180};
  outcome::compare(other, reference, at_most(1.03));
  BOOST_REQUIRE(other.ratios.size() == 1U);
  BOOST_TEST(other.ratios[0].reference == "raw C");
  BOOST_TEST(other.ratios[0].values[0] == 1.1, is_close);
  BOOST_TEST(other.ratios[0].values[1] == 0.9, is_close);
}

BOOST_AUTO_TEST_CASE(rows_stay_where_they_are_when_others_are_added)
{
  outcome found;
  auto& first = found.add("first", "", "");
  for (int i = 0; i < 1000; ++i)
  {
    found.add("another", "", "");
  }
  BOOST_TEST(&first == &found.rows().front());
}

BOOST_AUTO_TEST_CASE(a_goal_is_reached_at_its_bound_and_not_beyond)
{
  BOOST_TEST(at_most(1.03).is_reached(1.03));
  BOOST_TEST(!at_most(1.03).is_reached(1.031));
  BOOST_TEST(at_least(1.4).is_reached(1.4));
  BOOST_TEST(!at_least(1.4).is_reached(1.39));
}

BOOST_AUTO_TEST_SUITE_END()

#include "peers/line_counts.hpp"

#include <boost/test/unit_test.hpp>

#include <sstream>
#include <string>

namespace {

using fanio::bench::line_counts;

/// What is counted in lines about ten files in three directories.
line_counts count(const std::string& lines)
{
  std::istringstream output(lines);
  return fanio::bench::count_lines(output, {.kind = fanio::bench::storm_kind::create,
                                            .root = "/tmp/root",
                                            .directories = 3,
                                            .operations = 10});
}

void check(const std::string& lines, const line_counts& expected)
{
  const auto counts = count(lines);
  BOOST_TEST(counts.files == expected.files);
  BOOST_TEST(counts.lines == expected.lines);
  BOOST_TEST(counts.overflows == expected.overflows);
}

} // namespace

BOOST_AUTO_TEST_SUITE(bench_line_counts)

BOOST_AUTO_TEST_CASE(a_line_is_a_path)
{
  check("Watches established.\n/tmp/root/d0/f0\n/tmp/root/d1/f1\n/tmp/root/d0/f9\n", {3, 3, 0});
}

BOOST_AUTO_TEST_CASE(the_path_is_the_end_of_the_line_of_a_tracer)
{
  check("storm(12): O /tmp/root/d1/f4\nstorm(12): CO /tmp/root/d2/f5\n", {2, 2, 0});
}

BOOST_AUTO_TEST_CASE(a_file_that_is_told_twice_is_one_file)
{
  check("/tmp/root/d0/f3\n/tmp/root/d0/f3\n", {1, 2, 0});
}

BOOST_AUTO_TEST_CASE(what_is_no_file_of_the_storm_is_not_counted)
{
  check("/tmp/root/marker-1\n/tmp/root/d0\n/tmp/root/d0/f10\n/tmp/root/d1/f0\n/tmp/root/d0/f0x\n"
        "/tmp/other/d0/f0\n/tmp/root/d0/f\n\n",
        {0, 0, 0});
}

BOOST_AUTO_TEST_CASE(a_loss_that_is_told_is_counted)
{
  check("Q_OVERFLOW\nq_overflow: events were dropped\nEvent queue overflow.\n/tmp/root/d0/f0\n",
        {1, 1, 3});
}

BOOST_AUTO_TEST_CASE(a_line_that_was_cut_off_tells_of_nothing)
{
  check("/tmp/root/d0/", {0, 0, 0});
}

BOOST_AUTO_TEST_SUITE_END()

#include "tool/count_table.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace {

using fanio::event_mask;
using fanio::tool::count_table;
using fanio::tool::table_columns;
using fanio::tool::table_order;

struct count_table_fixture
{
  count_table_fixture()
  {
    counts.add("/a", event_mask::open | event_mask::ondir);
    counts.add("/b", event_mask::open);
    counts.add("/b", event_mask::modify | event_mask::close_write);
    columns.events = event_mask::open | event_mask::modify | event_mask::close;
  }

  count_table counts;
  table_columns columns;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(count_tables, count_table_fixture)

BOOST_AUTO_TEST_CASE(columns_without_counts_are_left_out_and_the_highest_total_is_first)
{
  BOOST_TEST(counts.text(columns, {}) == "total  modify  close_write  open  filename\n"
                                         "3      1       1            1     /b\n"
                                         "1      0       0            1     /a\n");
}

BOOST_AUTO_TEST_CASE(columns_and_rows_of_zeros_come_when_asked_for)
{
  counts.add_name("/c");
  columns.zeros = true;
  BOOST_TEST(counts.text(columns, {}) ==
             "total  modify  close_write  close_nowrite  open  filename\n"
             "3      1       1            0              1     /b\n"
             "1      0       0            0              1     /a\n"
             "0      0       0            0              0     /c\n");
}

BOOST_AUTO_TEST_CASE(rows_are_sorted_by_an_event_and_then_by_name)
{
  table_order order;
  order.ascending = true;
  order.event = 1; // modify
  BOOST_TEST(counts.rows(order).front().first == "/a");
  order.ascending = false;
  BOOST_TEST(counts.rows(order).front().first == "/b");
  order.max_rows = 1;
  BOOST_TEST(counts.rows(order).size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_happened_last_is_first_in_the_live_view)
{
  counts.start_interval();
  counts.add("/a", event_mask::open);
  columns.interval = std::chrono::seconds(2);
  table_order order;
  order.recent_first = true;
  BOOST_TEST(counts.text(columns, order) ==
             "per second  total  modify  close_write  open  filename\n"
             "0.5         2      0       0            2     /a\n"
             "0.0         3      1       1            1     /b\n");
}

BOOST_AUTO_TEST_CASE(names_do_nothing_to_a_terminal)
{
  counts.add("/\x1b[2J", event_mask::open);
  BOOST_TEST(counts.text(columns, {}).find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(json_has_an_object_a_row)
{
  const auto text = counts.json(columns, {});
  const auto first = boost::json::parse(text.substr(0, text.find('\n'))).as_object();
  BOOST_TEST(first.at("filename").as_string() == "/b");
  BOOST_TEST(first.at("total").as_int64() == 3);
  BOOST_TEST(first.at("modify").as_int64() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

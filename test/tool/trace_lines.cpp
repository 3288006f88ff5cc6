// What is printed of an event.

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <tool/trace_lines.hpp>

namespace json = boost::json;
using fanio::event_mask;
using fanio::tool::trace_lines;
using fanio::tool::trace_record;

namespace {

constexpr std::chrono::system_clock::time_point
    at_noon(std::chrono::milliseconds(std::chrono::hours(12) + std::chrono::milliseconds(7)));

/// The line of a record, less the time of day in text.
std::string text_of(const trace_record& record)
{
  trace_lines lines(false);
  lines.start(at_noon);
  lines.add(record);
  return std::string(lines.text().substr(sizeof("00:00:00.000 ") - 1));
}

json::object json_of(const trace_record& record)
{
  trace_lines lines(true);
  lines.start(at_noon);
  lines.add(record);
  return json::parse(std::string(lines.text())).as_object();
}

trace_record record(std::string_view process, std::string_view path)
{
  trace_record r;
  r.mask = event_mask::open | event_mask::close_write;
  r.pid = 7;
  r.process = process;
  r.path = path;
  return r;
}

/// An event of which nothing else is known.
trace_record opened()
{
  trace_record r;
  r.mask = event_mask::open;
  return r;
}

} // namespace

BOOST_AUTO_TEST_SUITE(lines_of_a_trace)

BOOST_AUTO_TEST_CASE(a_line_has_the_process_the_events_and_the_path)
{
  BOOST_TEST(text_of(record("cat", "/a b")) == "cat(7): close_write|open /a b\n");
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_a_question_mark)
{
  BOOST_TEST(text_of(opened()) == "?(?): open ?\n");
}

BOOST_AUTO_TEST_CASE(why_it_is_not_known_stands_at_the_end)
{
  auto r = opened();
  r.error = "lost";
  BOOST_TEST(text_of(r) == "?(?): open ?: lost\n");
}

BOOST_AUTO_TEST_CASE(json_has_the_same)
{
  const auto object = json_of(record("cat", "/a"));
  BOOST_TEST(object.at("time").as_string() == "1970-01-01T12:00:00.007Z");
  BOOST_TEST((object.at("mask") == json::array{"close_write", "open"}));
  BOOST_TEST(object.at("pid").as_int64() == 7);
  BOOST_TEST(object.at("comm").as_string() == "cat");
  BOOST_TEST(object.at("path").as_string() == "/a");
  BOOST_TEST(!object.contains("deleted"));
  BOOST_TEST(!object.contains("error"));
}

BOOST_AUTO_TEST_CASE(in_json_what_is_not_known_is_null)
{
  trace_record r;
  r.deleted = true;
  r.error = "lost";
  const auto object = json_of(r);
  BOOST_TEST(object.at("mask").as_array().empty());
  BOOST_TEST(object.at("pid").is_null());
  BOOST_TEST(object.at("comm").is_null());
  BOOST_TEST(object.at("path").is_null());
  BOOST_TEST(object.at("deleted").as_bool());
  BOOST_TEST(object.at("error").as_string() == "lost");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_stand_beside_as_numbers)
{
  const auto object = json_of(record("cat", "/\xff"));
  BOOST_TEST(object.at("path").as_string() == "/\xef\xbf\xbd");
  BOOST_TEST((object.at("path_raw") == json::array{47, 255}));
  BOOST_TEST(!object.contains("comm_raw"));
}

BOOST_AUTO_TEST_CASE(a_gap_has_its_event_if_one_tells_it)
{
  trace_lines lines(false);
  lines.start(at_noon);
  lines.add_gap(event_mask::q_overflow, "events were dropped");
  lines.add_gap({}, "lost");
  const auto text = std::string(lines.text());
  BOOST_TEST(text.find(" q_overflow: events were dropped\n") != text.npos, text);
  BOOST_TEST(text.ends_with(" lost\n"), text);
}

BOOST_AUTO_TEST_CASE(in_json_it_is_an_object_too)
{
  trace_lines lines(true);
  lines.start(at_noon);
  lines.add_gap(event_mask::q_overflow, "events were dropped");
  const auto object = json::parse(std::string(lines.text())).as_object();
  BOOST_TEST((object.at("mask") == json::array{"q_overflow"}));
  BOOST_TEST(object.at("error").as_string() == "events were dropped");
}

BOOST_AUTO_TEST_CASE(starting_anew_forgets_the_lines_before)
{
  trace_lines lines(false);
  lines.start(at_noon);
  lines.add_gap({}, "lost");
  lines.start(at_noon);
  BOOST_TEST(lines.text() == "");
}

BOOST_AUTO_TEST_SUITE_END()

// What is printed of an event.

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <tool/trace_lines.hpp>

namespace json = boost::json;
using fanio::event_mask;
using fanio::tool::line_format;
using fanio::tool::told_process;
using fanio::tool::trace_lines;
using fanio::tool::trace_record;

namespace {

constexpr std::chrono::system_clock::time_point
    at_noon(std::chrono::microseconds(std::chrono::hours(12) + std::chrono::microseconds(7042)));

line_format with(bool line_format::* what)
{
  line_format format;
  format.*what = true;
  return format;
}

line_format with_timestamps(int timestamps, bool json = false)
{
  line_format format;
  format.timestamps = timestamps;
  format.json = json;
  return format;
}

line_format with(bool line_format::* what, bool line_format::* more)
{
  auto format = with(what);
  format.*more = true;
  return format;
}

std::string text_of(const trace_record& record, const line_format& format = {})
{
  trace_lines lines(format);
  lines.start(at_noon);
  lines.add(record);
  return std::string(lines.text());
}

json::object json_of(const trace_record& record, line_format format = {})
{
  format.json = true;
  return json::parse(text_of(record, format)).as_object();
}

trace_record record(std::string_view process, std::string_view path)
{
  trace_record r;
  r.mask = event_mask::open | event_mask::close_write;
  r.process.pid = 7;
  r.process.comm = process;
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

/// Of an entry that came or went.
trace_record entry(event_mask mask, std::string_view name, pid_t pid = 7)
{
  auto r = record("mv", "/d");
  r.mask = mask;
  r.name = name;
  r.process.pid = pid;
  return r;
}

told_process process(pid_t pid, std::string_view comm)
{
  told_process p;
  p.pid = pid;
  p.comm = comm;
  p.exe = "/bin/" + std::string(comm);
  return p;
}

} // namespace

BOOST_AUTO_TEST_SUITE(lines_of_a_trace)

BOOST_AUTO_TEST_CASE(a_line_has_the_process_the_events_and_the_path)
{
  BOOST_TEST(text_of(record("cat", "/a b")) == "cat(7): CWO /a b\n");
}

BOOST_AUTO_TEST_CASE(the_events_take_three_columns)
{
  auto r = record("cat", "/a");
  r.mask = event_mask::access;
  BOOST_TEST(text_of(r) == "cat(7): R   /a\n");
}

BOOST_AUTO_TEST_CASE(a_process_that_is_not_known_is_unknown)
{
  BOOST_TEST(text_of(opened()) == "unknown(0): O   ?\n");
}

BOOST_AUTO_TEST_CASE(why_a_path_is_not_known_stands_at_the_end)
{
  auto r = opened();
  r.error = "lost";
  BOOST_TEST(text_of(r) == "unknown(0): O   ?: lost\n");
}

BOOST_AUTO_TEST_CASE(what_is_gone_is_deleted)
{
  auto r = record("cat", "/a");
  r.deleted = true;
  BOOST_TEST(text_of(r) == "cat(7): CWO /a (deleted)\n");
  r.path = {};
  BOOST_TEST(text_of(r) == "cat(7): CWO (deleted)\n");
}

BOOST_AUTO_TEST_CASE(a_timestamp_is_the_time_of_day)
{
  const auto line = text_of(record("cat", "/a"), with_timestamps(1));
  BOOST_TEST(line.substr(2, 1) + line.substr(5, 1) == "::", line); // in the local time
  BOOST_TEST(line.ends_with(":00.007042 cat(7): CWO /a\n"), line);
}

BOOST_AUTO_TEST_CASE(two_timestamps_are_seconds)
{
  BOOST_TEST(text_of(record("cat", "/a"), with_timestamps(2)) == "43200.007042 cat(7): CWO /a\n");
}

BOOST_AUTO_TEST_CASE(a_user_stands_behind_the_process)
{
  auto r = record("cat", "/a");
  r.process.uid = 1000;
  r.process.gid = 100;
  BOOST_TEST(text_of(r, with(&line_format::users)) == "cat(7) [1000:100]: CWO /a\n");
  BOOST_TEST(text_of(r) == "cat(7): CWO /a\n");
}

BOOST_AUTO_TEST_CASE(what_it_executes_stands_behind_the_path)
{
  auto r = record("cat", "/a");
  r.process.exe = "/bin/c\nt";
  BOOST_TEST(text_of(r, with(&line_format::exe)) == "cat(7): CWO /a exe=/bin/c\\x0at\n");
}

BOOST_AUTO_TEST_CASE(parents_stand_at_the_end)
{
  auto r = record("cat", "/a");
  r.process.parents = {process(6, "sh"), process(1, "init")};
  BOOST_TEST(text_of(r, with(&line_format::parents)) ==
             "cat(7): CWO /a, parents=(pid=6 comm=sh),(pid=1 comm=init)\n");
  BOOST_TEST(text_of(r, with(&line_format::parents, &line_format::exe)) ==
             "cat(7): CWO /a, parents=(pid=6 comm=sh exe=/bin/sh),"
             "(pid=1 comm=init exe=/bin/init)\n");
}

BOOST_AUTO_TEST_CASE(a_cgroup_and_a_container_stand_behind_the_path)
{
  auto r = record("cat", "/a");
  r.process.cgroup = "/lxc/web";
  r.process.container = "web";
  BOOST_TEST(text_of(r, with(&line_format::cgroups)) ==
             "cat(7): CWO /a cgroup=/lxc/web container=web\n");
}

BOOST_AUTO_TEST_CASE(colours_are_for_who_asks)
{
  const auto line = text_of(record("cat", "/a"), with(&line_format::colours));
  BOOST_TEST(line == "\x1b[36mcat\x1b[0m(7): \x1b[33mCWO\x1b[0m /a\n");
}

BOOST_AUTO_TEST_CASE(an_entry_is_told_by_its_directory)
{
  BOOST_TEST(text_of(entry(event_mask::create, "f")) == "mv(7): +   /d\n");
  BOOST_TEST(text_of(entry(event_mask::create, "f"), with(&line_format::names)) ==
             "mv(7): +   /d/f\n");
}

BOOST_AUTO_TEST_CASE(entries_of_one_directory_are_one_line)
{
  trace_lines lines({});
  lines.start(at_noon);
  lines.add(entry(event_mask::moved_from, "f"));
  lines.add(entry(event_mask::moved_to, "g"));
  lines.add(entry(event_mask::delete_, "h", 8));
  BOOST_TEST(lines.text() == "mv(7): <>  /d\nmv(8): D   /d\n");
}

BOOST_AUTO_TEST_CASE(entries_that_are_named_have_lines_of_their_own)
{
  trace_lines lines(with(&line_format::names));
  lines.start(at_noon);
  lines.add(entry(event_mask::moved_from, "f"));
  lines.add(entry(event_mask::moved_to, "g"));
  BOOST_TEST(lines.text() == "mv(7): <   /d/f\nmv(7): >   /d/g\n");
}

BOOST_AUTO_TEST_CASE(json_has_the_same)
{
  const auto object = json_of(record("cat", "/a"));
  BOOST_TEST(object.at("time").as_string() == "1970-01-01T12:00:00.007Z");
  BOOST_TEST((object.at("mask") == json::array{"close_write", "open"}));
  BOOST_TEST(object.at("types").as_string() == "CWO");
  BOOST_TEST(object.at("pid").as_int64() == 7);
  BOOST_TEST(object.at("comm").as_string() == "cat");
  BOOST_TEST(object.at("path").as_string() == "/a");
  for (const auto* key : {"deleted", "error", "name", "timestamp", "uid", "exe", "parents"})
  {
    BOOST_TEST(!object.contains(key), key);
  }
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

BOOST_AUTO_TEST_CASE(json_has_the_entry_of_the_directory)
{
  const auto object = json_of(entry(event_mask::create, "f"));
  BOOST_TEST(object.at("path").as_string() == "/d");
  BOOST_TEST(object.at("name").as_string() == "f");
  BOOST_TEST(
      json_of(entry(event_mask::create, "f"), with(&line_format::names)).at("path").as_string() ==
      "/d/f");
}

BOOST_AUTO_TEST_CASE(json_has_the_timestamp_that_was_asked_for)
{
  const auto r = record("cat", "/a");
  BOOST_TEST(json_of(r, with_timestamps(1)).at("timestamp").as_string().ends_with(":00.007042"));
  BOOST_TEST(json_of(r, with_timestamps(2)).at("timestamp").as_double() == 43200.007042);
}

BOOST_AUTO_TEST_CASE(json_has_all_that_was_asked_for_of_a_process)
{
  auto r = record("cat", "/a");
  r.process.uid = 1;
  r.process.exe = "/bin/cat\xff";
  r.process.cgroup = "/c";
  r.process.parents = {process(6, "sh")};
  line_format all;
  all.users = all.exe = all.parents = all.cgroups = true;
  const auto object = json_of(r, all);
  BOOST_TEST(object.at("uid").as_int64() == 1);
  BOOST_TEST(object.at("gid").is_null());
  BOOST_TEST(object.at("exe").as_string() == "/bin/cat\xef\xbf\xbd");
  BOOST_TEST(object.at("exe_raw").as_array().size() == 9U);
  BOOST_TEST(object.at("cgroup").as_string() == "/c");
  BOOST_TEST(object.at("container").is_null());
  BOOST_TEST(object.at("parents").as_array().at(0).at("comm").as_string() == "sh");
  BOOST_TEST(object.at("parents").as_array().at(0).at("exe").as_string() == "/bin/sh");
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
  trace_lines lines({});
  lines.start(at_noon);
  lines.add_gap(event_mask::q_overflow, "events were dropped");
  lines.add_gap({}, "lost");
  BOOST_TEST(lines.text() == "q_overflow: events were dropped\nlost\n");
}

BOOST_AUTO_TEST_CASE(in_json_it_is_an_object_too)
{
  trace_lines lines(with(&line_format::json));
  lines.start(at_noon);
  lines.add_gap(event_mask::q_overflow, "events were dropped");
  const auto object = json::parse(std::string(lines.text())).as_object();
  BOOST_TEST((object.at("mask") == json::array{"q_overflow"}));
  BOOST_TEST(object.at("error").as_string() == "events were dropped");
}

BOOST_AUTO_TEST_CASE(starting_anew_forgets_the_lines_before)
{
  trace_lines lines({});
  lines.start(at_noon);
  lines.add(entry(event_mask::moved_from, "f"));
  lines.start(at_noon);
  lines.add(entry(event_mask::moved_to, "g"));
  BOOST_TEST(lines.text() == "mv(7): >   /d\n");
}

BOOST_AUTO_TEST_SUITE_END()

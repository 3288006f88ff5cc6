// What a trace says at its end.

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <sstream>
#include <string>
#include <tool/trace_summary.hpp>
#include <vector>

namespace json = boost::json;
using fanio::event_mask;
using fanio::tool::line_format;
using fanio::tool::trace_record;
using fanio::tool::trace_summary;

namespace {

trace_record record(std::string_view comm, event_mask mask, std::string_view path,
                    std::string_view name = {})
{
  trace_record r;
  r.process.comm = comm;
  r.mask = mask;
  r.path = path;
  r.name = name;
  return r;
}

trace_summary some_events()
{
  trace_summary summary;
  summary.add(record("cat", event_mask::open | event_mask::access, "/a"));
  summary.add(record("cat", event_mask::open, "/b"));
  summary.add(record("", event_mask::delete_, "/d", "f"));
  return summary;
}

} // namespace

BOOST_AUTO_TEST_SUITE(summary_of_a_trace)

BOOST_AUTO_TEST_CASE(it_counts_by_process_and_by_path)
{
  BOOST_TEST(some_events().text({}) == "\n"
                                       "  events       R       O       D  process\n"
                                       "       2       1       2       -  cat\n"
                                       "       1       -       -       1  unknown\n"
                                       "\n"
                                       "  events       R       O       D  path\n"
                                       "       1       1       1       -  /a\n"
                                       "       1       -       1       -  /b\n"
                                       "       1       -       -       1  /d/f\n");
}

BOOST_AUTO_TEST_CASE(it_says_how_many_it_leaves_out)
{
  const auto text = some_events().text({}, 1);
  BOOST_TEST(text.find("and 1 more\n") != text.npos, text);
  BOOST_TEST(text.find("and 2 more\n") != text.npos, text);
}

BOOST_AUTO_TEST_CASE(names_stay_on_one_line)
{
  trace_summary summary;
  summary.add(record("a\nb", event_mask::open, "/\xff"));
  const auto text = summary.text({});
  BOOST_TEST(text.find("  a\\x0ab\n") != text.npos, text);
  BOOST_TEST(text.find("  /\\xff\n") != text.npos, text);
}

BOOST_AUTO_TEST_CASE(what_is_above_its_bound_is_counted_together)
{
  trace_summary summary(1);
  for (const auto* path : {"/a", "/a", "/b", "/c", "/a"})
  {
    summary.add(record("cat", event_mask::open, path));
  }
  const auto text = summary.text({});
  BOOST_TEST(text.ends_with("       3       3  /a\n       2       2  (others)\n"), text);
}

BOOST_AUTO_TEST_CASE(in_json_each_name_is_an_object)
{
  line_format format;
  format.json = true;
  std::istringstream text(some_events().text(format));
  std::vector<json::object> lines;
  for (std::string line; std::getline(text, line);)
  {
    lines.push_back(json::parse(line).as_object());
  }
  BOOST_REQUIRE(lines.size() == 5U);
  BOOST_TEST(lines[0].at("summary").as_string() == "process");
  BOOST_TEST(lines[0].at("comm").as_string() == "cat");
  BOOST_TEST(lines[0].at("events").to_number<int>() == 2);
  BOOST_TEST(lines[0].at("types").at("O").to_number<int>() == 2);
  BOOST_TEST(lines[4].at("path").as_string() == "/d/f");
}

BOOST_AUTO_TEST_SUITE_END()

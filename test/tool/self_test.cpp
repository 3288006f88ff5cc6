// fanio doctor --self-test: what a user's own kernel does.

#include "self_test_runs.hpp"
#include "support/requires.hpp"
#include "support/temp_directory.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace fs = std::filesystem;
namespace json = boost::json;
namespace utf = boost::unit_test;

namespace {

struct self_test_fixture
{
  self_test_fixture() { fs::permissions(directory.path(), fs::perms::all); }

  std::string ask(test::user as, std::vector<std::string> more = {}) const
  {
    return test::self_test_output(directory.path(), as, std::move(more));
  }

  test::temp_directory directory;
};

std::vector<std::string> ids(const json::array& rows)
{
  std::vector<std::string> all;
  for (const auto& row : rows)
  {
    all.emplace_back(row.at("id").as_string());
  }
  return all;
}

/// The rows that have tests: a line of a letter, and the numbers on lines below.
std::set<std::string> rows_with_tests()
{
  std::set<std::string> all;
  std::ifstream file(FANIO_ROWS);
  char letter = '#';
  for (std::string line; std::getline(file, line);)
  {
    if (!line.starts_with("  "))
    {
      letter = line.front();
      continue;
    }
    std::istringstream numbers(line);
    for (std::string number; numbers >> number;)
    {
      all.insert(letter + number);
    }
  }
  return all;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(self_test, self_test_fixture)

BOOST_AUTO_TEST_CASE(everything_holds_on_this_kernel, *utf::precondition(test::is_privileged))
{
  const auto text = ask(test::user::same);
  BOOST_TEST(text.find("ok       B02  what may not be opened is not executed\n") != text.npos,
             text);
  BOOST_TEST(text.find(" 0 differ, ") != text.npos, text);
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_is_told_what_could_not_be_tried)
{
  const auto text = ask(test::user::ordinary);
  BOOST_TEST(text.find("ok       X04  names are told, up to 255 bytes\n") != text.npos, text);
  BOOST_TEST(text.find("ok       Q04  an ordinary user marks no mount and no filesystem\n") !=
                 text.npos,
             text);
  BOOST_TEST(text.find("skipped  B02  what may not be opened is not executed: "
                       "needs CAP_SYS_ADMIN") != text.npos,
             text);
}

BOOST_AUTO_TEST_CASE(programs_are_told_the_same)
{
  const auto rows = json::parse(ask(test::user::ordinary, {"--json"})).as_array();
  const auto is_ok = [](const json::value& row) { return row.at("result").as_string() == "ok"; };
  const auto is_skipped = [](const json::value& row)
  { return row.at("result").as_string() == "skipped" && row.at("why").is_string(); };
  BOOST_TEST(std::ranges::count_if(rows, is_ok) > 0);
  BOOST_TEST(std::ranges::count_if(rows, is_skipped) > 0);
  BOOST_TEST(std::ranges::count_if(rows, is_ok) + std::ranges::count_if(rows, is_skipped) ==
             static_cast<std::ptrdiff_t>(rows.size()));
}

BOOST_AUTO_TEST_CASE(each_check_is_of_a_row_of_its_own)
{
  const auto told = ids(json::parse(ask(test::user::ordinary, {"--json"})).as_array());
  const auto rows = rows_with_tests();
  BOOST_TEST(std::set(told.begin(), told.end()).size() == told.size());
  BOOST_TEST(std::ranges::is_sorted(told));
  for (const auto& id : told)
  {
    BOOST_TEST(rows.contains(id), id);
  }
  for (const auto* const id :
       {"A03", "A04", "B01", "B02", "B11", "F03", "J01", "K01", "K06", "M01", "M02", "M03", "M04",
        "M05", "M06", "M07", "M12", "M16", "M18", "M19", "M20", "M21", "X12", "X14", "X15", "X16"})
  {
    BOOST_TEST(std::ranges::binary_search(told, id), id);
  }
}

// Where it can't be tried -------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_directory_that_can_not_be_used_is_an_error)
{
  const auto missing = directory / "missing";
  BOOST_TEST(test::self_test_error(test::self_test_command(missing)) ==
             "fanio doctor: " + missing.string() +
                 ": can't be written to: No such file or directory\n");
}

BOOST_AUTO_TEST_CASE(too_few_descriptors_are_told_at_once)
{
  for (const std::string limit : {"8", "16", "24"})
  {
    BOOST_TEST(test::self_test_error(
                   test::after("ulimit -n " + limit, test::self_test_command(directory.path()))) ==
               "fanio doctor: too many open files: the self-test needs 32 more: raise the limit "
               "for this process (ulimit -n)\n");
    BOOST_TEST(fs::is_empty(directory.path()));
  }
}

BOOST_AUTO_TEST_CASE(few_descriptors_are_enough)
{
  test::child program(test::after("ulimit -n 40", test::self_test_command(directory.path())));
  const auto text = program.read_all(test::child::out);
  BOOST_TEST(program.wait() == 0, text);
}

BOOST_AUTO_TEST_CASE(a_user_who_may_have_no_group_is_told_at_once,
                     *utf::precondition(test::is_privileged))
{
  auto limited = test::after("echo 0 >/proc/sys/user/max_fanotify_groups",
                             test::self_test_command(directory.path()));
  limited.insert(limited.begin(), {"unshare", "--user", "--map-root-user"});
  const auto error = test::self_test_error(limited);
  BOOST_TEST(error.starts_with("fanio doctor: this user has as many groups as "), error);
  BOOST_TEST(fs::is_empty(directory.path()));
}

BOOST_AUTO_TEST_CASE(a_directory_is_for_the_self_test_only)
{
  test::child program(test::fanio_command({"doctor", directory.path()}));
  BOOST_TEST(program.wait() != 0);
  BOOST_TEST(program.read_all(test::child::err).starts_with("DIR requires --self-test\n"));
}

BOOST_AUTO_TEST_SUITE_END()

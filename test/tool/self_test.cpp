// fanio doctor --self-test: what a user's own kernel does.

#include "running_trace.hpp"
#include "support/requires.hpp"
#include "support/temp_directory.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <string>

namespace fs = std::filesystem;
namespace json = boost::json;
namespace utf = boost::unit_test;

namespace {

struct self_test_fixture
{
  self_test_fixture() { fs::permissions(directory.path(), fs::perms::all); }

  /// What it prints, which must end well.
  std::string ask(test::user as, std::vector<std::string> more = {}) const
  {
    std::vector<std::string> arguments{"doctor", "--self-test", directory.path()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    test::child program(test::fanio_command(arguments), as);
    auto text = program.read_all(test::child::out);
    BOOST_TEST(program.read_all(test::child::err) == "");
    BOOST_TEST(program.wait() == 0, text);
    BOOST_TEST(fs::is_empty(directory.path()));
    return text;
  }

  test::temp_directory directory;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(self_test, self_test_fixture)

BOOST_AUTO_TEST_CASE(everything_holds_on_this_kernel, *utf::precondition(test::is_privileged))
{
  const auto text = ask(test::user::same);
  BOOST_TEST(text.find("ok       B01  who is allowed goes on\n") != text.npos, text);
  BOOST_TEST(text.find(" 0 differ, ") != text.npos, text);
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_is_told_what_could_not_be_tried)
{
  const auto text = ask(test::user::ordinary);
  BOOST_TEST(text.find("ok       X04  names are told, up to 255 bytes\n") != text.npos, text);
  BOOST_TEST(text.find("skipped  B01  who is allowed goes on: needs CAP_SYS_ADMIN") != text.npos,
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
}

BOOST_AUTO_TEST_CASE(a_directory_that_can_not_be_used_is_an_error)
{
  test::child program(test::fanio_command({"doctor", "--self-test", directory / "missing"}));
  BOOST_TEST(program.wait() == 1);
  BOOST_TEST(program.read_all(test::child::err) ==
             "fanio doctor: " + (directory / "missing").string() + ": No such file or directory\n");
}

BOOST_AUTO_TEST_CASE(a_directory_is_for_the_self_test_only)
{
  test::child program(test::fanio_command({"doctor", directory.path()}));
  BOOST_TEST(program.wait() != 0);
  BOOST_TEST(program.read_all(test::child::err).starts_with("DIR requires --self-test\n"));
}

BOOST_AUTO_TEST_SUITE_END()

#include "running_trace.hpp"
#include "support/child.hpp"
#include "support/temp_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct manual_fixture
{
  manual_fixture()
  {
    test::child tool(test::fanio_command({"--write-manual", directory.path()}));
    BOOST_TEST(tool.wait() == 0);
  }

  [[nodiscard]] std::string read(const std::string& name) const
  {
    std::ifstream in(directory / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// What bash would put in place of the last word.
  [[nodiscard]] std::set<std::string> complete(const std::vector<std::string>& words) const
  {
    std::vector<std::string> command{
        "bash", "-c",
        "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _fanio; printf '%s\\n' "
        "\"${COMPREPLY[@]}\"",
        directory / "fanio"};
    command.insert(command.end(), words.begin(), words.end());
    test::child bash(command);
    std::istringstream lines(bash.read_all(test::child::out));
    BOOST_TEST(bash.read_all(test::child::err) == "");
    std::set<std::string> all;
    for (std::string line; std::getline(lines, line) && !line.empty();)
    {
      all.insert(line);
    }
    return all;
  }

  test::temp_directory directory;
};

std::string help_of(const std::string& command)
{
  test::child tool(test::fanio_command({command, "--help"}));
  return tool.read_all(test::child::out);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(manual, manual_fixture)

BOOST_AUTO_TEST_CASE(a_page_has_every_option_of_the_help)
{
  for (const std::string command : {"trace", "watch", "stat", "doctor"})
  {
    const auto page = read("fanio-" + command + ".1");
    const auto help = help_of(command);
    const std::regex option("--[a-z][a-z-]*");
    for (std::sregex_iterator i(help.begin(), help.end(), option), end; i != end; ++i)
    {
      const auto in_roff = std::regex_replace(i->str(), std::regex("-"), "\\-");
      BOOST_TEST(page.find(in_roff) != page.npos, command << " " << i->str());
    }
  }
}

BOOST_AUTO_TEST_CASE(the_first_page_leads_to_the_others)
{
  const auto page = read("fanio.1");
  for (const std::string command : {"trace", "watch", "stat", "doctor"})
  {
    BOOST_TEST(page.find("fanio\\-" + command) != page.npos, command);
  }
}

BOOST_AUTO_TEST_CASE(bash_completes_commands)
{
  BOOST_TEST((complete({"fanio", "tr"}) == std::set<std::string>{"trace"}));
  BOOST_TEST(complete({"fanio", ""}).contains("watch"));
}

BOOST_AUTO_TEST_CASE(bash_completes_the_options_of_a_command)
{
  const auto options = complete({"fanio", "trace", "--js"});
  BOOST_TEST((options == std::set<std::string>{"--json"}));
  BOOST_TEST(!complete({"fanio", "watch", "--"}).contains("--summary"));
}

BOOST_AUTO_TEST_CASE(bash_completes_files_where_an_option_takes_one)
{
  BOOST_TEST(complete({"fanio", "trace", "-o", "-"}).empty()); // and bash goes on by itself
  BOOST_TEST(complete({"fanio", "trace", "dir"}).empty());
}

BOOST_AUTO_TEST_CASE(bash_completes_the_values_of_an_option)
{
  using words = std::set<std::string>;
  BOOST_TEST((complete({"fanio", "trace", "--color", "a"}) == words{"auto", "always"}));
  BOOST_TEST((complete({"fanio", "trace", "--color", "=", "ne"}) == words{"never"}));
  BOOST_TEST((complete({"fanio", "stat", "--by", "="}) == words{"path", "directory", "process"}));
  BOOST_TEST((complete({"fanio", "stat", "-d", "t"}) == words{"total"}));
  BOOST_TEST((complete({"fanio", "watch", "-e", "mod"}) == words{"modify"}));
  BOOST_TEST((complete({"fanio", "trace", "--events", "open_"}) == words{"open_exec"}));
  BOOST_TEST(complete({"fanio", "trace", "-f", ""}).contains("W"));
  BOOST_TEST(complete({"fanio", "trace", "-e", "mod"}).empty()); // which has none
}

BOOST_AUTO_TEST_CASE(bash_completes_the_next_of_several_values)
{
  using words = std::set<std::string>;
  BOOST_TEST((complete({"fanio", "watch", "-e", "modify,cr"}) == words{"modify,create"}));
  BOOST_TEST((complete({"fanio", "trace", "--events", "open,close,delete_"}) ==
              words{"open,close,delete_self"}));
  BOOST_TEST(complete({"fanio", "trace", "-f", "R"}).contains("RW"));
}

BOOST_AUTO_TEST_CASE(every_value_that_bash_completes_is_accepted)
{
  const std::vector<std::vector<std::string>> options{
      {"trace", "--color"}, {"trace", "--events"}, {"trace", "-f"}, {"watch", "-e"},
      {"stat", "-e"},       {"stat", "--by"},      {"stat", "-a"},  {"stat", "-d"}};
  for (const auto& option : options)
  {
    const auto values = complete({"fanio", option[0], option[1], ""});
    BOOST_TEST(values.size() > 2U, option[0] << " " << option[1]);
    for (const auto& value : values)
    {
      // What is wrong with an option is said before a path is looked for.
      test::child tool(test::fanio_command({option[0], option[1], value, "/nowhere/at/all"}));
      const auto why = tool.read_all(test::child::err);
      BOOST_TEST(why.find("/nowhere/at/all: ") != why.npos, value << ": " << why);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_not_there_is_an_error)
{
  test::child tool(test::fanio_command({"--write-manual", "/nowhere/at/all"}));
  BOOST_TEST(tool.wait() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

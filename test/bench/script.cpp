// bench/run.sh, where it ends before anything is installed or built.

#include "bench/running.hpp"
#include "support/child.hpp"
#include "support/requires.hpp"
#include "support/temp_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using test::contains;
using test::not_tried;

namespace {

/// The script in a source directory with a list of cases of its own.
struct script_copy
{
  test::temp_directory source;

  script_copy()
  {
    std::filesystem::create_directories(source / "bench/cases");
    for (const std::string name : {"run.sh", "attended.sh"})
    {
      std::filesystem::copy_file(test::beside_bench_script(name), source / "bench" / name);
    }
    source.write("bench/cases/all_cases.cpp", R"(
  static constexpr auto cases = std::to_array<bench_case>({
      {"drain", "the queue of a group", drain},
      {"respond-four",
       "four openers, "
       "who are answered", respond_four},
  });)");
  }

  [[nodiscard]] test::run_result run(std::vector<std::string> words,
                                     test::user as = test::user::same) const
  {
    const auto path = (source / "bench/run.sh").string();
    words.insert(words.begin(),
                 {"env", "FANIO_BUILD_DIR=" + (source / "build").string(), "bash", path});
    return test::run_to_its_end(words, as);
  }

  [[nodiscard]] bool has_built_nothing() const
  {
    return !std::filesystem::exists(source / "build");
  }
};

/// The script where nothing is installed but what it needs by itself, and apt-get is the test's.
struct script_on_a_bare_machine : script_copy
{
  script_on_a_bare_machine()
  {
    for (const auto* name : {"awk", "bash", "cat", "dirname", "env", "grep", "mkdir", "nproc",
                             "sed", "sleep", "sh", "tr"})
    {
      const auto there = test::run_to_its_end({"sh", "-c", std::string("command -v ") + name}).out;
      add_program(name, "exec " + there.substr(0, there.find('\n')) + " \"$@\"");
    }
  }

  void add_program(const std::string& name, std::string_view script) const
  {
    test::write_program(source / ("bin/" + name), script);
  }

  /// Those without which nothing can be built, and what is built: it says how it was called.
  void add_what_builds() const
  {
    add_program("g++", "cat >/dev/null");
    for (const auto* name : {"cmake", "ninja", "pkg-config"})
    {
      add_program(name, "true");
    }
    test::write_program(source / "build/bench/cases/fanio_bench", "echo \"$@\"");
  }

  [[nodiscard]] std::vector<std::string> command() const
  {
    return {"env", "FANIO_BUILD_DIR=" + (source / "build").string(),
            "PATH=" + (source / "bin").string(), "bash", (source / "bench/run.sh").string()};
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(bench_script, script_copy)

BOOST_AUTO_TEST_CASE(help_needs_no_build)
{
  const auto help = run({"--help"});
  BOOST_TEST(help.status == 0);
  BOOST_TEST(contains(help.out, "[--quick] [--list] [--json FILE] [--plots DIR]"), help.out);
  BOOST_TEST(contains(help.out, "Exit status"), help.out);
  BOOST_TEST(has_built_nothing());
}

BOOST_AUTO_TEST_CASE(the_list_needs_no_build)
{
  const auto list = run({"--list"});
  BOOST_TEST(list.status == 0);
  BOOST_TEST(list.out == "drain         the queue of a group\n"
                         "respond-four  four openers, who are answered\n");
  BOOST_TEST(has_built_nothing());
}

BOOST_AUTO_TEST_CASE(an_unknown_case_is_told_with_those_that_there_are_before_the_build)
{
  for (const auto* word : {"drains", "four", "d?", ""})
  {
    const auto unknown = run({"--quick", "drain", word});
    BOOST_TEST(unknown.status == not_tried, word);
    BOOST_TEST(contains(unknown.err, "there is no case \"" + std::string(word) + '"'), unknown.err);
    BOOST_TEST(contains(unknown.err, "\n  respond-four  four openers"), unknown.err);
  }
  BOOST_TEST(has_built_nothing());
}

BOOST_AUTO_TEST_CASE(wrong_options_are_told_before_the_build)
{
  const std::vector<std::vector<std::string>> wrong = {{"--fast"},
                                                       {"--json"},
                                                       {"--json", "/nonexistent/r.json"},
                                                       {"--json=/tmp"},
                                                       {"--json=/proc/r.json"},
                                                       {"--plots=/proc/plots"},
                                                       {"--rounds", "0"},
                                                       {"--rounds", "1001"},
                                                       {"--rounds=many"},
                                                       {"--plots", "/dev/null"}};
  for (const auto& words : wrong)
  {
    const auto refused = run(words);
    BOOST_TEST(refused.status == not_tried, words.front());
    BOOST_TEST(contains(refused.err, "bench/run.sh: "), refused.err);
  }
  BOOST_TEST(has_built_nothing());
}

BOOST_AUTO_TEST_CASE(
    names_beginnings_and_patterns_are_cases_and_who_is_not_root_is_told_before_the_build,
    *boost::unit_test::precondition(test::can_be_another_user))
{
  std::filesystem::permissions(source.path(), std::filesystem::perms::all);
  for (const auto* word : {"drain", "resp", "*-four"})
  {
    const auto refused = run({"--quick", "--rounds", "2", word}, test::user::ordinary);
    BOOST_TEST(refused.status == not_tried);
    BOOST_TEST(contains(refused.err, "needs root (CAP_SYS_ADMIN): sudo"), refused.err);
  }
  BOOST_TEST(has_built_nothing());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(bench_installation, script_on_a_bare_machine,
                         *boost::unit_test::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(what_the_build_needs_is_told_where_it_can_not_be_installed)
{
  add_program("apt-get", "echo 'no network' >&2; exit 100");
  const auto refused = test::run_to_its_end(command());
  BOOST_TEST(refused.status == not_tried);
  BOOST_TEST(contains(refused.err, "no network\n"), refused.err);
  BOOST_TEST(contains(refused.err, "bench/run.sh: please install: g++ cmake ninja-build "),
             refused.err);
  BOOST_TEST(has_built_nothing());
}

BOOST_AUTO_TEST_CASE(what_it_compares_with_is_left_out_where_it_can_not_be_installed)
{
  add_what_builds();
  add_program("apt-get", "exit 100");
  const auto done = test::run_to_its_end(command());
  BOOST_TEST(done.status == 0, done.err);
  for (const auto* what : {"fatrace could not be installed: its part is left out",
                           "What comes from npm could not be installed: it is left out",
                           "fapolicyd could not be unpacked: it is left out"})
  {
    BOOST_TEST(contains(done.err, what), done.err);
  }
  BOOST_TEST(done.out.starts_with("--tool "), done.out);
}

BOOST_AUTO_TEST_CASE(an_interrupted_installation_is_ended)
{
  const test::endless_program installing(source / "number");
  add_program("apt-get", installing.script());
  test::check_it_ends(command(), installing);
}

BOOST_AUTO_TEST_CASE(an_interrupted_build_is_ended)
{
  const test::endless_program building(source / "number");
  add_what_builds();
  add_program("apt-get", "exit 100");
  add_program("cmake", building.script());
  test::check_it_ends(command(), building);
}

BOOST_AUTO_TEST_SUITE_END()

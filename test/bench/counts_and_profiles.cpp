// bench/instructions.sh with a program and a valgrind that say what they are told to, and what
// draws the profiles of bench/profile.sh.

#include "bench/running.hpp"
#include "support/child.hpp"
#include "support/requires.hpp"
#include "support/temp_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

namespace fs = std::filesystem;
namespace utf = boost::unit_test;
using boost::test_tools::assertion_result;
using test::beside_bench_script;
using test::contains;
using test::not_tried;
using test::read_whole;
using test::write_program;

namespace {

/// The script in a source directory of its own, with the programs that it uses.
struct instructions_copy
{
  test::temp_directory source;

  instructions_copy()
  {
    fs::create_directories(source / "bench");
    for (const std::string name : {"instructions.sh", "attended.sh"})
    {
      fs::copy_file(beside_bench_script(name), source / "bench" / name);
    }
    write_program(source / "build/bench/bench/instructions/fanio_instructions",
                  "case $1 in --list) echo one; echo two ;; --built-with) echo 'g++ 99' ;; esac");
    write_program(source / "bin/cmake", "true");
    write_program(source / "bin/ninja", "true");
    source.write("bench/instructions.txt", "# of a test\n# g++ 99\none 100\ntwo 200\n");
  }

  /// What an event takes; the harness counts that of 5000 events and of twice as many.
  void count(double one, double two) const
  {
    std::string summaries;
    for (const double each : {one, two})
    {
      for (const int events : {5000, 10'000})
      {
        summaries += "summary: " + std::to_string(static_cast<long>(each * events) + 77) + "\\n";
      }
    }
    write_program(source / "bin/valgrind", R"(for word; do
  case $word in --callgrind-out-file=*) printf ')" +
                                               summaries + R"(' >"${word#*=}" ;; esac
done)");
  }

  [[nodiscard]] std::vector<std::string> command() const
  {
    return {"env",
            "-u",
            "FANIO_BUILD_DIR",
            "PATH=" + (source / "bin").string() + ":" + std::getenv("PATH"),
            "bash",
            (source / "bench/instructions.sh").string()};
  }

  [[nodiscard]] test::run_result run(const std::vector<std::string>& words = {}) const
  {
    auto all = command();
    all.insert(all.end(), words.begin(), words.end());
    return test::run_to_its_end(all);
  }
};

assertion_result can_record(utf::test_unit_id)
{
  const auto tried = test::run_to_its_end({"sh", "-c", "perf record -o /dev/null true"});
  return test::needs(::geteuid() == 0 && tried.status == 0,
                     "root, and perf: " + (tried.err.empty() ? tried.out : tried.err));
}

std::string run_awk(const std::string& script, const std::string& variable, const std::string& text)
{
  const test::temp_directory directory;
  const auto input = directory.write("input", text);
  const auto done = test::run_to_its_end(
      {"awk", "-v", variable, "-f", beside_bench_script(script).string(), input.string()});
  BOOST_TEST(done.err == "");
  return done.out;
}

/// As perf script prints them.
constexpr const char* samples = R"(reader 1000:
	ffffffff81000010 copy_event_to_user
	ffffffff81000020 ksys_read
	    7f0000000010 read
	    560000000010 fanio::drain(int; char)

two words 500:
	    560000000020 [unknown]
	    560000000030 main

)";

} // namespace

BOOST_FIXTURE_TEST_SUITE(instruction_counts, instructions_copy)

BOOST_AUTO_TEST_CASE(up_to_a_twentieth_more_is_no_failure)
{
  count(104, 200);
  const auto done = run();
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(contains(done.out, "before    100.0: 1.040\n"), done.out);
}

BOOST_AUTO_TEST_CASE(more_than_that_is_one)
{
  count(100, 212);
  const auto done = run();
  BOOST_TEST(done.status == 1);
  BOOST_TEST(contains(done.out, "1.060  MORE THAN 5 % MORE\n"), done.out);
  BOOST_TEST(contains(done.err, "more instructions than before"), done.err);
}

BOOST_AUTO_TEST_CASE(less_is_told)
{
  count(90, 200);
  const auto done = run();
  BOOST_TEST(done.status == 0);
  BOOST_TEST(contains(done.out, "0.900  less: store the new baseline"), done.out);
}

BOOST_AUTO_TEST_CASE(what_another_compiler_has_made_is_not_judged)
{
  source.write("bench/instructions.txt", "# of a test\n# g++ 98\none 1\ntwo 1\n");
  count(100, 200);
  const auto done = run();
  BOOST_TEST(done.status == 0);
  BOOST_TEST(contains(done.out, "Not judged: the baseline is of g++ 98, this of g++ 99."),
             done.out);
}

BOOST_AUTO_TEST_CASE(what_is_stored_is_compared_with_from_then_on)
{
  count(300, 400);
  BOOST_TEST(run().status == 1);
  BOOST_TEST(run({"--store"}).status == 0);
  BOOST_TEST(run().status == 0);
}

BOOST_AUTO_TEST_CASE(an_interrupted_count_is_ended)
{
  const test::endless_program counting(source / "number");
  write_program(source / "bin/valgrind", counting.script());
  test::check_it_ends(command(), counting);
}

BOOST_AUTO_TEST_CASE(an_unknown_part_is_told_with_those_that_there_are)
{
  const auto unknown = run({"three"});
  BOOST_TEST(unknown.status == not_tried);
  BOOST_TEST(contains(unknown.err, "There is no part three, but\none\ntwo"), unknown.err);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(profiles)

BOOST_AUTO_TEST_CASE(a_sample_becomes_a_line_from_the_outermost_function_to_the_innermost)
{
  BOOST_TEST(run_awk("fold_stacks.awk", "program=", samples) ==
             "reader;fanio::drain(int: char);read;ksys_read_[k];copy_event_to_user_[k] 1000\n"
             "two words;main 500\n");
}

BOOST_AUTO_TEST_CASE(one_program_may_be_chosen)
{
  BOOST_TEST(run_awk("fold_stacks.awk", "program=two words", samples) == "two words;main 500\n");
}

BOOST_AUTO_TEST_CASE(a_function_is_drawn_once_for_all_that_it_calls)
{
  const auto picture =
      run_awk("flame_graph.awk", "title=a < b", "a;b 30\na;c<int> 30\na;c<int>;d_[k] 40\n");
  BOOST_TEST(contains(picture, ">a &lt; b</text>"), picture);
  BOOST_TEST(contains(picture, "<title>a: 100.00 %</title>"), picture);
  BOOST_TEST(contains(picture, "<title>b: 30.00 %</title>"), picture);
  BOOST_TEST(contains(picture, "<title>c&lt;int&gt;: 70.00 %</title>"), picture);
  BOOST_TEST(contains(picture, "<title>d: 40.00 %</title>"), picture);
  BOOST_TEST(picture.ends_with("</svg>\n"));
}

/// The script with a build that is there, whose only case spins for a moment.
struct profile_of_a_case
{
  test::temp_directory place;
  fs::path picture = place / "spins.svg";

  profile_of_a_case()
  {
    write_program(place / "bin/cmake", "true");
    write_program(place / "bin/ninja", "true");
    write_program(place / "build/bench/cases/fanio_bench", R"(case "$*" in
*--list*) echo 'spins  for a moment' ;;
*--quick*spins) i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done ;;
*) exit 1 ;;
esac)");
  }

  [[nodiscard]] std::vector<std::string> command() const
  {
    return {"env",      "PATH=" + (place / "bin").string() + ":" + std::getenv("PATH"),
            "bash",     beside_bench_script("profile.sh").string(),
            "--build",  (place / "build").string(),
            "--output", picture.string(),
            "spins",    "fanio_bench"};
  }
};

BOOST_FIXTURE_TEST_CASE(a_case_is_recorded_and_drawn, profile_of_a_case,
                        *utf::precondition(can_record))
{
  const auto done = test::run_to_its_end(command());
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(done.out == picture.string() + '\n');
  const auto drawn = read_whole(picture);
  BOOST_TEST(contains(drawn, ">spins: fanio_bench</text>"), drawn);
  BOOST_TEST(contains(drawn, "<title>fanio_bench: 100.00 %</title>"), drawn);
}

BOOST_FIXTURE_TEST_CASE(an_interrupted_build_for_a_profile_is_ended, profile_of_a_case,
                        *utf::precondition(can_record))
{
  const test::endless_program building(place / "number");
  write_program(place / "bin/cmake", building.script());
  test::check_it_ends(command(), building);
}

BOOST_FIXTURE_TEST_CASE(a_picture_that_can_not_be_written_is_told_before_the_build,
                        profile_of_a_case, *utf::precondition(can_record))
{
  write_program(place / "bin/cmake", "exit 1");
  picture = "/nonexistent/x.svg";
  const auto refused = test::run_to_its_end(command());
  BOOST_TEST(refused.status == not_tried);
  BOOST_TEST(contains(refused.err, "/nonexistent/x.svg can't be written."), refused.err);
}

BOOST_AUTO_TEST_CASE(a_case_has_to_be_named)
{
  const auto script = beside_bench_script("profile.sh").string();
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{}, {"--fast"}, {"a", "b", "c"}, {"--output"}})
  {
    std::vector<std::string> command{"bash", script};
    command.insert(command.end(), words.begin(), words.end());
    const auto refused = test::run_to_its_end(command);
    BOOST_TEST(refused.status == not_tried);
    BOOST_TEST(contains(refused.err, "bench/profile.sh: "), refused.err);
  }
}

BOOST_AUTO_TEST_SUITE_END()

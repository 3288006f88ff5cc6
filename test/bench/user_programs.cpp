#include "compile/user_programs.hpp"

#include "harness/process.hpp"
#include "support/requires.hpp"
#include "support/temp_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace {

namespace bench = fanio::bench;

/// Runs a program that prints the names of what is made in a directory, and makes files until it
/// has printed one: it doesn't say when it watches.
void check_prints_names(const std::string& program)
{
  const test::temp_directory directory;
  auto running = bench::process::run({"stdbuf", "-oL", program, directory.path()},
                                     {.core = -1, .output = {}, .reads_output = true});
  std::set<std::string> made;
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (std::chrono::steady_clock::now() < end)
  {
    const auto name = "made-" + std::to_string(made.size());
    std::ofstream(directory.path() / name) << "text";
    made.insert(name);
    try
    {
      BOOST_TEST(made.contains(running.line(std::chrono::milliseconds(50))));
      return;
    }
    catch (const std::runtime_error&)
    {
      // not yet
    }
  }
  BOOST_ERROR(program << " has printed nothing");
}

/// The program of this name is built, has a size, and prints names.
void check_builds_and_prints(const std::string& name)
{
  const auto all = bench::user_programs();
  const auto one = std::ranges::find(all, name, &bench::user_program::name);
  BOOST_TEST_REQUIRE((one != all.end()));
  const test::temp_directory directory;
  const auto result = build(*one, directory.path());
  BOOST_TEST(result.cpu_seconds > 0);
  BOOST_TEST(result.object_bytes > 0);
  BOOST_TEST(result.program_bytes > result.object_bytes);
  check_prints_names(directory.path() / "program");
}

boost::test_tools::assertion_result has_compiler(boost::unit_test::test_unit_id)
{
  const auto why = bench::why_no_compiler();
  return test::needs(why.empty(), why);
}

} // namespace

BOOST_AUTO_TEST_SUITE(bench_user_programs, *boost::unit_test::precondition(has_compiler) *
                                               boost::unit_test::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(asio_callback)
{
  check_builds_and_prints("Asio alone, callback");
}

BOOST_AUTO_TEST_CASE(asio_coroutine)
{
  check_builds_and_prints("Asio alone, coroutine");
}

BOOST_AUTO_TEST_CASE(fanio_callback)
{
  check_builds_and_prints("fanio, callback");
}

BOOST_AUTO_TEST_CASE(fanio_coroutine)
{
  check_builds_and_prints("fanio, coroutine");
}

BOOST_AUTO_TEST_CASE(raw_c)
{
  check_builds_and_prints("raw C");
}

BOOST_AUTO_TEST_SUITE_END()

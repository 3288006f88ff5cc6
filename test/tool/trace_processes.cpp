// What fanio trace knows of processes that have ended when it reads what they did.

#include "running_trace.hpp"
#include "support/process_connector.hpp"
#include "support/requires.hpp"
#include "support/temp_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

namespace utf = boost::unit_test;

namespace {

struct trace_processes_fixture
{
  /// The line of a process that was seen by nobody but who hears of its start.
  std::string line_of_one_that_ended(test::running_trace& trace)
  {
    test::child ended({"sh", "-c", "kill -STOP $$; : < \"$0\"", file});
    ended.await_stop();
    // What it hears is heard before the events of a read are told.
    test::child({"cp", file, directory / "marker"}).wait();
    trace.lines_until("marker");
    trace.stop();
    ended.go_on();
    ended.wait();
    trace.go_on();
    return trace.line_with("(" + std::to_string(ended.pid()) + "): ");
  }

  test::temp_directory directory;
  std::string path = directory.path().string();
  std::string file = directory.write("file").string();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(trace_processes, trace_processes_fixture,
                         *utf::precondition(test::is_privileged) *
                             utf::precondition(test::has_process_connector))

// Where more processes start than it hears of, those that have ended are forgotten: so not each
// time.
BOOST_AUTO_TEST_CASE(who_hears_of_processes_has_their_names_when_they_have_ended)
{
  test::running_trace trace({"-d", path}); // whose programs are elsewhere
  bool has_name = false;
  for (int attempt = 0; attempt < 20 && !has_name; ++attempt)
  {
    has_name = line_of_one_that_ended(trace).starts_with("sh(");
  }
  BOOST_TEST(has_name);
}

BOOST_AUTO_TEST_CASE(who_does_not_has_none)
{
  test::running_trace trace({"--no-listen", "-d", path});
  const auto line = line_of_one_that_ended(trace);
  BOOST_TEST(line.starts_with("unknown("), line);
}

// What it was is not what it has become.
BOOST_AUTO_TEST_CASE(one_that_has_executed_something_is_not_told_as_what_it_was_before)
{
  test::running_trace trace({"-d", path});
  test::child one({"sh", "-c", ": < \"$0\"; kill -STOP $$; exec cat \"$0\"", file});
  one.await_stop();
  // All that it did before has been told when this is: one file can be more than one event.
  test::child({"cp", file, directory / "before"}).wait();
  const auto lines = trace.lines_until("before");
  BOOST_TEST(
      std::ranges::any_of(lines, [&](const std::string& line)
                          { return line.starts_with("sh(" + std::to_string(one.pid()) + "): "); }));
  trace.stop();
  one.go_on();
  one.wait();
  trace.go_on();
  test::child({"cp", file, directory / "marker"}).wait();
  for (const auto& line : trace.lines_until("marker"))
  {
    BOOST_TEST(!line.starts_with("sh("), line);
  }
}

// Where the connector is not there, what can be told is told all the same.
BOOST_AUTO_TEST_CASE(without_the_connector_it_says_so_and_goes_on)
{
  test::child trace(
      {"unshare", "--pid", "--fork", "--mount-proc", FANIO_TOOL, "trace", "--verbose", path});
  auto said = trace.read_line(test::child::err);
  while (said.find("process connector") == std::string::npos)
  {
    said = trace.read_line(test::child::err);
  }
  directory.write("marker");
  BOOST_TEST(trace.read_line(test::child::out) != "");
}

BOOST_AUTO_TEST_SUITE_END()

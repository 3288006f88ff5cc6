#include "running_trace.hpp"
#include "support/temp_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <filesystem>
#include <string>

#include <signal.h>

namespace {

struct trace_ending_fixture
{
  trace_ending_fixture()
  {
    std::filesystem::permissions(directory.path(), std::filesystem::perms::all);
  }

  test::temp_directory directory;
  std::string path = directory.path().string();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(trace_ending, trace_ending_fixture)

BOOST_AUTO_TEST_CASE(an_interrupt_ends_it_well)
{
  test::running_trace trace({path});
  trace.signal(SIGINT);

  BOOST_TEST(trace.wait() == 0);
  BOOST_TEST(trace.read_all(test::child::err) == "");
}

BOOST_AUTO_TEST_CASE(what_is_queued_when_it_is_interrupted_is_told)
{
  test::running_trace trace({path, "--linger", "1h"});
  directory.write("file");
  trace.signal(SIGINT);

  const auto told = trace.read_all(test::child::out);
  BOOST_TEST(told.find(path + "/file") != std::string::npos, told);
  BOOST_TEST(trace.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_request_to_terminate_ends_it_well)
{
  test::running_trace trace({path});
  trace.signal(SIGTERM);

  BOOST_TEST(trace.wait() == 0);
  BOOST_TEST(trace.read_all(test::child::err) == "");
}

BOOST_AUTO_TEST_CASE(a_terminal_that_is_closed_ends_it_well)
{
  test::running_trace trace({path, "--linger", "1h"});
  directory.write("file");
  trace.signal(SIGHUP);

  const auto told = trace.read_all(test::child::out);
  BOOST_TEST(told.find(path + "/file") != std::string::npos, told);
  BOOST_TEST(trace.wait() == 0);
}

BOOST_AUTO_TEST_CASE(who_is_to_ignore_that_a_terminal_is_closed_goes_on)
{
  test::running_trace trace(
      {"sh", "-c", "trap '' HUP; exec \"$0\" trace --verbose \"$1\"", FANIO_TOOL, path},
      test::user::same);
  trace.signal(SIGHUP);
  directory.write("file");
  static_cast<void>(trace.line_with("/file"));
  trace.signal(SIGINT);
  BOOST_TEST(trace.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_closed_pipe_ends_it_without_an_event)
{
  test::running_trace trace({path});
  trace.close(test::child::out);

  BOOST_TEST(trace.wait() == 0);
  BOOST_TEST(trace.read_all(test::child::err) == "");
}

BOOST_AUTO_TEST_CASE(a_pipe_that_was_closed_before_ends_it)
{
  test::child trace({"sh", "-c", "kill -STOP $$; exec \"$0\" trace \"$1\"", FANIO_TOOL, path});
  trace.await_stop();
  trace.close(test::child::out);
  trace.go_on();

  BOOST_TEST(trace.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_closed_pipe_of_another_user_ends_it_with_the_next_event)
{
  auto trace = test::running_trace::unprivileged({path});
  trace.close(test::child::out);
  directory.write("file");

  BOOST_TEST(trace.wait() == 0);
  BOOST_TEST(trace.read_all(test::child::err) == "");
}

BOOST_AUTO_TEST_CASE(a_closed_standard_output_is_an_error_and_not_the_next_file_that_is_opened)
{
  test::child trace({"sh", "-c", "exec \"$0\" trace \"$1\" >&-", FANIO_TOOL, path});

  BOOST_TEST(trace.wait() == 1);
  BOOST_TEST(trace.read_all(test::child::err) == "fanio trace: standard output: it is closed\n");
}

BOOST_AUTO_TEST_CASE(the_time_that_was_asked_for_ends_it)
{
  test::running_trace trace({path, "--seconds", "1"});
  BOOST_TEST(trace.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_reader_who_stands_still_does_not_keep_it)
{
  test::running_trace trace({path});
  // Until a thousand events have put nothing more into the pipe.
  std::size_t before = 0;
  do
  {
    before = trace.unread(test::child::out);
    for (int i = 0; i < 1000; ++i)
    {
      directory.write(std::to_string(i));
    }
  }
  while (trace.unread(test::child::out) != before || before == 0);
  trace.signal(SIGINT);

  BOOST_TEST(trace.wait() == 0);
}

BOOST_AUTO_TEST_CASE(output_that_cannot_be_written_is_an_error)
{
  test::running_trace trace(
      {"sh", "-c", "exec \"$0\" trace --verbose \"$1\" > /dev/full", FANIO_TOOL, path},
      test::user::same);
  directory.write("file");

  BOOST_TEST(trace.wait() == 1);
  BOOST_TEST(trace.read_all(test::child::err) ==
             "fanio trace: standard output: No space left on device\n");
}

BOOST_AUTO_TEST_SUITE_END()

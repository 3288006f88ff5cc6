// What those do who read the lines of fanio trace is not shown.

#include "running_trace.hpp"
#include "support/contains.hpp"
#include "support/forked.hpp"
#include "support/mounts.hpp"
#include "support/requires.hpp"
#include "support/temp_directory.hpp"
#include <fanio/unique_fd.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>

namespace utf = boost::unit_test;

using test::contains;

namespace {

struct pipeline_fixture
{
  [[nodiscard]] std::string log() const
  {
    std::ifstream in(directory / "log");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  void await_in_log(const std::string& text) const
  {
    const auto end = std::chrono::steady_clock::now() + test::deadline;
    while (log().find(text) == std::string::npos)
    {
      BOOST_REQUIRE_MESSAGE(std::chrono::steady_clock::now() < end, log());
      std::this_thread::yield();
    }
  }

  /// The log of a trace whose lines are written to it in the traced directory by some commands for
  /// bash. $0 is the tool and $1 the directory; `trace` stands for what is to be executed.
  std::string logged_by(const std::string& commands, const std::function<void()>& meanwhile = [] {})
  {
    const std::string script = "cd \"$1\"; shopt -s expand_aliases\n"
                               "alias trace='exec \"$0\" trace --verbose \"$1\"'\n" +
                               commands;
    const test::running_trace trace({"bash", "-c", script, FANIO_TOOL, path}, test::user::same);
    directory.write("file");
    await_in_log(path + "/file");
    meanwhile();
    // What the writing of the log has made is queued before this.
    directory.write("marker");
    await_in_log(path + "/marker");
    return log();
  }

  test::temp_directory directory;
  std::string path = directory.path().string();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(trace_readers, pipeline_fixture,
                         *utf::precondition(test::is_privileged) *
                             utf::precondition(test::has_program("bash")))

BOOST_AUTO_TEST_CASE(who_reads_a_fifo_by_its_name_is_not_shown)
{
  const auto text = logged_by("mkfifo fifo; tail -n +1 -f fifo > log & trace > fifo");
  BOOST_TEST(!contains(text, "tail("), text);
}

BOOST_AUTO_TEST_CASE(who_reads_by_another_descriptor_is_not_shown)
{
  const auto text = logged_by("trace > >(exec 3<&0 < /dev/null\n"
                              "while read -r line <&3; do echo \"$line\" >> log; done)");
  BOOST_TEST(!contains(text, "bash("), text);
}

BOOST_AUTO_TEST_CASE(who_reads_another_output_of_a_reader_is_not_shown)
{
  const auto text = logged_by("trace > >(tee >(sed -u '' > log) > copy)");
  BOOST_TEST(!contains(text, "tee("), text);
  BOOST_TEST(!contains(text, "sed("), text);
}

BOOST_AUTO_TEST_CASE(who_reads_a_reader_through_a_fifo_is_not_shown)
{
  const auto text = logged_by("mkfifo fifo; sed -u '' fifo > log & trace > >(tee fifo > copy)");
  BOOST_TEST(!contains(text, "sed("), text);
}

BOOST_AUTO_TEST_CASE(who_reads_something_else_is_shown)
{
  const auto gate = path + "/gate";
  test::run_program({"mkfifo", gate});
  const fanio::unique_fd writer(::open(gate.c_str(), O_RDWR | O_CLOEXEC));
  std::optional<test::child> other;
  const auto start_it = [&]
  {
    other.emplace(
        std::vector<std::string>{"sh", "-c", "exec tee \"$0\" < \"$1\"", path + "/by_tee", gate});
    await_in_log("/by_tee");
  };
  const auto text = logged_by("trace --names > >(sed -u '' > log)", start_it);
  BOOST_TEST(contains(text, "tee("), text);
}

BOOST_AUTO_TEST_SUITE_END()

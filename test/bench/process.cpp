#include "support/requires.hpp"
#include "support/temp_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <harness/process.hpp>
#include <harness/scratch.hpp>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace fanio::bench;
using namespace std::chrono_literals;

namespace {

/// Neither running nor waited for by somebody who is still to do so.
bool is_gone(pid_t id)
{
  std::ifstream file("/proc/" + std::to_string(id) + "/stat");
  std::string number;
  std::string name;
  std::string state;
  file >> number >> name >> state;
  return !file || state == "Z" || state == "X";
}

/// What was killed goes when it is scheduled.
bool goes(pid_t id)
{
  for (const auto until = std::chrono::steady_clock::now() + 20s; !is_gone(id);)
  {
    if (std::chrono::steady_clock::now() > until)
    {
      return false;
    }
    ::sched_yield();
  }
  return true;
}

std::string mounts()
{
  std::ifstream file("/proc/self/mountinfo");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// In a child: mounts of its own are for good.
template <typename Part>
bool holds_apart(Part&& part)
{
  auto child = process::fork(
      [&]
      {
        enter_private_mounts();
        return part() ? 0 : 1;
      });
  return child.wait(60s).is_success();
}

} // namespace

BOOST_AUTO_TEST_SUITE(processes)

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there_is_told_when_it_is_run)
{
  BOOST_CHECK_EXCEPTION(static_cast<void>(process::run({"/nonexistent/program"}, {})),
                        std::system_error,
                        [](const std::system_error& e) { return e.code().value() == ENOENT; });
}

BOOST_AUTO_TEST_CASE(an_output_that_can_not_be_written_is_told)
{
  BOOST_CHECK_THROW(static_cast<void>(process::run({"true"}, {.output = "/nonexistent/file"})),
                    std::system_error);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_program_is_told)
{
  BOOST_TEST(process::run({"true"}, {}).wait().is_success());
  BOOST_TEST(WEXITSTATUS(process::run({"sh", "-c", "exit 7"}, {}).wait().status) == 7);
}

BOOST_AUTO_TEST_CASE(output_and_errors_go_to_a_file)
{
  const test::temp_directory place;
  const auto file = place / "output";
  process::run({"sh", "-c", "echo out; echo err >&2"}, {.output = file.string()}).wait();
  std::ifstream in(file);
  std::string first;
  std::string second;
  in >> first >> second;
  BOOST_TEST(first == "out");
  BOOST_TEST(second == "err");
}

BOOST_AUTO_TEST_CASE(lines_come_one_by_one)
{
  auto child =
      process::run({"sh", "-c", "echo a b; printf 'c\\nunfinished'"}, {.reads_output = true});
  BOOST_TEST(child.line() == "a b");
  BOOST_TEST(child.line() == "c");
  BOOST_CHECK_THROW(static_cast<void>(child.line()), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_line_that_does_not_come_is_not_waited_for_forever)
{
  auto child = process::run({"sleep", "1000"}, {.reads_output = true});
  BOOST_CHECK_THROW(static_cast<void>(child.line(10ms)), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_process_that_does_not_end_is_killed_at_its_deadline)
{
  auto child = process::run({"sleep", "1000"}, {});
  const auto id = child.id();
  BOOST_CHECK_THROW(child.wait(10ms), std::runtime_error);
  BOOST_TEST(is_gone(id));
}

BOOST_AUTO_TEST_CASE(a_process_is_waited_for_once)
{
  auto child = process::run({"true"}, {});
  child.wait();
  BOOST_CHECK_THROW(child.wait(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_process_is_killed_with_all_that_it_has_started)
{
  pid_t grandchild = 0;
  {
    auto child = process::run({"sh", "-c", "sleep 1000 & echo $!; wait"}, {.reads_output = true});
    grandchild = std::stoi(child.line());
    BOOST_TEST(!is_gone(grandchild));
  }
  BOOST_TEST(goes(grandchild));
}

BOOST_AUTO_TEST_CASE(what_a_process_leaves_running_ends_with_it)
{
  auto child = process::run({"sh", "-c", "sleep 1000 & echo $!"}, {.reads_output = true});
  const pid_t left = std::stoi(child.line());
  BOOST_TEST(child.wait().is_success());
  BOOST_TEST(goes(left));
}

BOOST_AUTO_TEST_CASE(a_process_dies_with_its_parent)
{
  const test::temp_directory place;
  auto parent = process::fork(
      [&]
      {
        auto child = process::run({"sh", "-c", "echo $$; exec sleep 1000"}, {.reads_output = true});
        place.write("id", child.line());
        ::raise(SIGKILL);
        return 0;
      });
  BOOST_TEST(WTERMSIG(parent.wait().status) == SIGKILL);
  pid_t child = 0;
  std::ifstream(place / "id") >> child;
  BOOST_REQUIRE(child > 0);
  BOOST_TEST(goes(child));
}

BOOST_AUTO_TEST_CASE(a_forked_child_ends_with_what_its_body_returns)
{
  BOOST_TEST(WEXITSTATUS(process::fork([] { return 5; }).wait().status) == 5);
  auto throwing = process::fork([]() -> int { throw std::runtime_error("a test of the message"); });
  BOOST_TEST(!throwing.wait().is_success());
}

BOOST_AUTO_TEST_CASE(a_child_takes_the_default_of_every_signal)
{
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigset_t before;
  ::sigprocmask(SIG_BLOCK, &blocked, &before);
  auto child = process::run({"sleep", "1000"}, {});
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  child.signal(SIGTERM);
  BOOST_TEST(WTERMSIG(child.wait(20s).status) == SIGTERM);
}

BOOST_AUTO_TEST_CASE(cpu_time_is_that_of_the_child_while_it_runs_and_at_its_end)
{
  auto child = process::run({"sh", "-c",
                             "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo; "
                             "exec sleep 1000"},
                            {.reads_output = true});
  BOOST_TEST(child.line() == "");
  const auto running = child.cpu_time();
  BOOST_TEST((running > 1ms));
  child.signal(SIGKILL);
  BOOST_TEST((child.wait().cpu_time > 1ms));
  BOOST_CHECK_THROW(static_cast<void>(child.cpu_time()), std::system_error);
}

BOOST_AUTO_TEST_CASE(a_child_runs_on_its_core)
{
  auto child = process::fork(
      []
      {
        cpu_set_t cores;
        ::sched_getaffinity(0, sizeof cores, &cores);
        return CPU_COUNT(&cores) == 1 && CPU_ISSET(0, &cores) ? 0 : 1;
      },
      0);
  BOOST_TEST(child.wait().is_success());
}

BOOST_AUTO_TEST_CASE(all_who_wait_at_a_gate_go_on_when_it_opens)
{
  start_gate gate;
  const auto waiting = [&]
  {
    gate.wait();
    return 0;
  };
  auto first = process::fork(waiting);
  auto second = process::fork(waiting);
  BOOST_CHECK_THROW(process::fork(waiting).wait(50ms), std::runtime_error);
  gate.open();
  BOOST_TEST(first.wait(20s).is_success());
  BOOST_TEST(second.wait(20s).is_success());
}

BOOST_AUTO_TEST_CASE(programs_are_looked_for_in_the_path)
{
  BOOST_TEST(is_installed("sh"));
  BOOST_TEST(is_installed("/bin/sh"));
  BOOST_TEST(!is_installed("a-program-that-nobody-has"));
  BOOST_TEST(!is_installed("/tmp"));
}

// Scratch mounts
// -----------------------------------------

BOOST_AUTO_TEST_CASE(a_scratch_mount_is_a_tmpfs_of_its_own_and_nothing_is_left_of_it,
                     *boost::unit_test::precondition(test::is_privileged))
{
  BOOST_TEST(holds_apart(
      []
      {
        std::filesystem::path place;
        {
          const scratch_mount mount;
          place = mount.path();
          std::ofstream(place / "file") << "text";
          if (mounts().find(place.string() + " ") == std::string::npos)
          {
            return false;
          }
        }
        return mounts().find(place.string()) == std::string::npos &&
               !std::filesystem::exists(place);
      }));
}

BOOST_AUTO_TEST_CASE(a_scratch_mount_goes_also_while_it_is_in_use,
                     *boost::unit_test::precondition(test::is_privileged))
{
  BOOST_TEST(holds_apart(
      []
      {
        std::ofstream held;
        std::filesystem::path place;
        {
          const scratch_mount mount;
          place = mount.path();
          held.open(place / "file");
        }
        return held.good() && !std::filesystem::exists(place);
      }));
}

BOOST_AUTO_TEST_CASE(nobody_else_sees_a_scratch_mount,
                     *boost::unit_test::precondition(test::is_privileged))
{
  BOOST_TEST(holds_apart(
      [&]
      {
        const scratch_mount mount;
        std::ifstream file("/proc/" + std::to_string(::getppid()) + "/mountinfo");
        const std::string outside = {std::istreambuf_iterator<char>(file), {}};
        return !outside.empty() && outside.find(mount.path().string()) == std::string::npos;
      }));
}

BOOST_AUTO_TEST_CASE(a_filesystem_that_can_not_be_mounted_is_told_and_leaves_no_directory,
                     *boost::unit_test::precondition(test::is_privileged))
{
  const test::temp_directory place;
  BOOST_TEST(holds_apart(
      [&]
      {
        ::setenv("TMPDIR", place.path().c_str(), 1);
        try
        {
          const scratch_mount mount("nofs");
          return false;
        }
        catch (const std::system_error& e)
        {
          return e.code().value() == ENODEV && std::filesystem::is_empty(place.path());
        }
      }));
}

BOOST_AUTO_TEST_SUITE_END()

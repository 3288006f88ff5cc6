// What the commands still may once their marks are set.

#include "running_trace.hpp"
#include "running_watch.hpp"
#include "support/in_child.hpp"
#include "support/refused_call.hpp"
#include "support/requires.hpp"
#include "support/temp_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <tool/privileges.hpp>

#include <linux/capability.h>
#include <unistd.h>

namespace utf = boost::unit_test;

namespace {

using fanio::tool::capability_set;

constexpr capability_set bit(unsigned capability)
{
  return capability_set{1} << capability;
}

constexpr auto to_look_up = bit(CAP_DAC_READ_SEARCH) | bit(CAP_SYS_PTRACE);
constexpr auto to_mark = bit(CAP_SYS_ADMIN);

/// A hexadecimal number of /proc/PID/status.
std::uint64_t status_of(pid_t pid, const std::string& key)
{
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(in, line);)
  {
    if (line.starts_with(key + ":"))
    {
      return std::stoull(line.substr(key.size() + 1), nullptr, 16);
    }
  }
  throw std::runtime_error("no " + key + " of " + std::to_string(pid));
}

void check_privileges(pid_t pid, capability_set kept)
{
  const auto expected = kept & status_of(::getpid(), "CapPrm");
  BOOST_TEST(status_of(pid, "CapEff") == expected);
  BOOST_TEST(status_of(pid, "CapPrm") == expected);
  BOOST_TEST((status_of(pid, "CapBnd") & ~kept) == 0U);
  BOOST_TEST(status_of(pid, "CapInh") == 0U);
  BOOST_TEST(status_of(pid, "CapAmb") == 0U);
  BOOST_TEST(status_of(pid, "NoNewPrivs") == 1U);
}

struct privileges_fixture
{
  /// Once a line is printed, what comes before is done.
  void await_line(test::running_trace& trace) const
  {
    directory.write("marker");
    trace.line_with("marker");
  }

  test::temp_directory directory;
  std::string path = directory.path().string();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(privileges_of_commands, privileges_fixture)

BOOST_AUTO_TEST_CASE(a_trace_of_what_is_marked_can_only_look_up_names,
                     *utf::precondition(test::is_privileged))
{
  test::running_trace trace({"--names", "-d", path});
  await_line(trace);
  check_privileges(trace.pid(), to_look_up);
}

BOOST_AUTO_TEST_CASE(a_trace_that_follows_mounts_can_mark_them,
                     *utf::precondition(test::is_privileged))
{
  test::running_trace trace({path});
  await_line(trace);
  check_privileges(trace.pid(), to_look_up | to_mark);
}

BOOST_AUTO_TEST_CASE(a_watch_can_only_look_up_names, *utf::precondition(test::is_privileged))
{
  const test::running_watch watch(test::watch_command({"-m", path}));
  check_privileges(watch.pid(), to_look_up);
}

BOOST_AUTO_TEST_CASE(a_watch_of_a_tree_can_mark_what_is_mounted_in_it,
                     *utf::precondition(test::is_privileged))
{
  const test::running_watch watch(test::watch_command({"-m", "-r", path}));
  check_privileges(watch.pid(), to_look_up | to_mark);
}

BOOST_AUTO_TEST_CASE(a_count_can_only_look_up_names, *utf::precondition(test::is_privileged))
{
  const test::running_watch stat({FANIO_TOOL, "stat", path});
  check_privileges(stat.pid(), to_look_up);
}

BOOST_AUTO_TEST_CASE(a_count_of_a_tree_can_mark_what_is_mounted_in_it,
                     *utf::precondition(test::is_privileged))
{
  const test::running_watch stat({FANIO_TOOL, "stat", "-r", path});
  check_privileges(stat.pid(), to_look_up | to_mark);
}

BOOST_AUTO_TEST_CASE(what_processes_of_others_execute_is_still_told,
                     *utf::precondition(test::is_privileged))
{
  const auto file = directory.write("file");
  std::filesystem::permissions(path, std::filesystem::perms::all);
  test::running_trace trace({"--exe", "-d", path});
  await_line(trace);
  const test::child tail({"tail", "-f", file}, test::user::ordinary);
  const auto line = trace.line_with("tail(");
  BOOST_TEST(line.find(" exe=/") != std::string::npos, line);
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_stays_as_he_is_and_hears_nothing)
{
  std::filesystem::permissions(path, std::filesystem::perms::all);
  test::running_watch watch(test::watch_command({"-m", path}), test::user::ordinary);
  BOOST_TEST(status_of(watch.pid(), "CapEff") == 0U);
  BOOST_TEST(status_of(watch.pid(), "NoNewPrivs") == status_of(::getpid(), "NoNewPrivs"));
  for (const auto& line : watch.said())
  {
    BOOST_TEST(line.find("rivileges") == std::string::npos, line);
  }
}

BOOST_AUTO_TEST_CASE(what_is_kept_was_there_before, *utf::precondition(test::is_privileged))
{
  test::in_child(
      []
      {
        fanio::error_code ec;
        fanio::tool::keep_capabilities(bit(CAP_SYS_PTRACE), ec);
        BOOST_TEST(!ec, ec.message());
        fanio::tool::keep_capabilities(bit(CAP_SYS_PTRACE) | bit(CAP_KILL), ec);
        BOOST_TEST(!ec, ec.message());
        BOOST_TEST(status_of(::getpid(), "CapEff") == bit(CAP_SYS_PTRACE));
      });
}

BOOST_AUTO_TEST_CASE(what_can_not_be_given_up_is_told, *utf::precondition(test::is_privileged))
{
  test::in_child(
      []
      {
        BOOST_REQUIRE(test::refuse_call(SYS_capset, EPERM) == 0);
        std::string told;
        fanio::tool::give_up_privileges(fanio::tool::later_marks::none,
                                        [&told](const std::string& text) { told += text; });
        BOOST_TEST(told == "Privileges that are not needed are kept: Operation not permitted");
      });
}

BOOST_AUTO_TEST_SUITE_END()

#include "running_trace.hpp"
#include "support/contains.hpp"
#include "support/requires.hpp"
#include <fanio/version.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using test::contains;

namespace {

struct outcome
{
  std::string out;
  std::string err;
  int status;
};

outcome run(std::vector<std::string> arguments)
{
  test::child fanio(test::fanio_command(std::move(arguments)));
  auto out = fanio.read_all(test::child::out);
  auto err = fanio.read_all(test::child::err);
  return {std::move(out), std::move(err), fanio.wait()};
}

std::string first_line(const std::string& text)
{
  return text.substr(0, text.find('\n'));
}

} // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(help_lists_the_commands)
{
  const auto help = run({"--help"});
  BOOST_TEST(help.status == 0);
  BOOST_TEST(contains(help.out, "trace"), help.out);
  BOOST_TEST(contains(help.out, "doctor"), help.out);
}

BOOST_AUTO_TEST_CASE(help_of_trace_lists_its_options)
{
  const auto help = run({"trace", "--help"});
  BOOST_TEST(help.status == 0);
  for (const auto* option :
       {"PATH", "-c,--current-mount", "-o,--output", "-s,--seconds", "-t,--timestamp", "-u,--user",
        "-p,--ignore-pid", "-f,--filter", "-C,--command", "-j,--json", "-P,--parents", "-e,--exe",
        "-d,--dir", "--events", "--verbose"})
  {
    BOOST_TEST(contains(help.out, option), option);
  }
}

BOOST_AUTO_TEST_CASE(help_of_doctor_lists_its_options)
{
  const auto help = run({"doctor", "--help"});
  BOOST_TEST(help.status == 0);
  BOOST_TEST(contains(help.out, "--json"), help.out);
}

BOOST_AUTO_TEST_CASE(help_of_watch_and_stat_lists_their_options)
{
  const auto watch = run({"watch", "--help"});
  BOOST_TEST(watch.status == 0);
  for (const auto* option :
       {"--monitor", "--daemon",   "--outfile",  "--syslog",   "--recursive", "--quiet",
        "--event",   "--timeout",  "--csv",      "--format",   "--timefmt",   "--no-newline",
        "--exclude", "--excludei", "--include",  "--includei", "--fromfile",  "--no-dereference",
        "@PATH",     "--json",     "Exit status"})
  {
    BOOST_TEST(contains(watch.out, option), option);
  }
  const auto stat = run({"stat", "--help"});
  BOOST_TEST(stat.status == 0);
  for (const auto* option : {"--ascending", "--descending", "--zero", "--timeout", "--by", "--top"})
  {
    BOOST_TEST(contains(stat.out, option), option);
  }
}

BOOST_AUTO_TEST_CASE(the_version_is_that_of_the_library)
{
  const auto version = run({"--version"});
  BOOST_TEST(version.status == 0);
  BOOST_TEST(version.out == "fanio " + std::to_string(FANIO_VERSION / 10000) + "." +
                                std::to_string(FANIO_VERSION / 100 % 100) + "." +
                                std::to_string(FANIO_VERSION % 100) + "\n");
}

BOOST_AUTO_TEST_CASE(a_command_is_needed)
{
  BOOST_TEST(run({}).status != 0);
  BOOST_TEST(run({"undo"}).status != 0);
}

BOOST_AUTO_TEST_CASE(a_path_that_leads_nowhere_is_an_error)
{
  const auto trace = run({"trace", "/nonexistent"});
  BOOST_TEST(trace.status == 1);
  BOOST_TEST(trace.out == "");
  BOOST_TEST(trace.err.ends_with("fanio trace: /nonexistent: there is nothing at this path\n"),
             trace.err);
}

BOOST_AUTO_TEST_CASE(an_unknown_event_is_an_error)
{
  const auto trace = run({"trace", "--events", "open,explode"});
  BOOST_TEST(trace.status != 0);
  BOOST_TEST(contains(trace.err, "--events: open,explode: "), trace.err);
}

BOOST_AUTO_TEST_CASE(a_mask_without_events_is_an_error)
{
  const auto trace = run({"trace", "--events", "ondir"});
  BOOST_TEST(trace.status != 0);
  BOOST_TEST(contains(trace.err, "names no event"), trace.err);
}

BOOST_AUTO_TEST_CASE(a_permission_event_is_refused)
{
  for (const auto* event : {"open_perm", "open|access_perm", "pre_access"})
  {
    const auto trace = run({"trace", "--events", event, "/"});
    BOOST_TEST(trace.status != 0);
    BOOST_TEST(first_line(trace.err) ==
               "--events: " + std::string(event) +
                   ": permission events are for programs that answer them, and trace does not: "
                   "leave them out");
  }
}

BOOST_AUTO_TEST_CASE(an_event_that_is_about_no_file_is_refused)
{
  for (const std::string event : {"fs_error", "mnt_attach", "mnt_detach", "q_overflow"})
  {
    const auto trace = run({"trace", "--events", event, "/"});
    BOOST_TEST(trace.status != 0);
    BOOST_TEST(first_line(trace.err) ==
               "--events: " + event +
                   ": trace shows what happens to files, not this: leave it out");
  }
}

BOOST_AUTO_TEST_CASE(seconds_are_a_positive_number)
{
  for (const std::string text : {"0", "-1", "99999999999", "soon", "1.5"})
  {
    const auto trace = run({"trace", "--seconds=" + text});
    BOOST_TEST(trace.status != 0);
    BOOST_TEST(first_line(trace.err) ==
               "--seconds: " + text + ": not a whole number from 1 to 4294967295");
  }
}

BOOST_AUTO_TEST_CASE(a_negative_number_of_seconds_is_no_option)
{
  const auto trace = run({"trace", "--seconds", "-1"});
  BOOST_TEST(trace.status != 0);
  BOOST_TEST(first_line(trace.err) == "--seconds: -1: not a whole number from 1 to 4294967295");
}

BOOST_AUTO_TEST_CASE(a_word_that_is_no_command_is_named)
{
  const auto bogus = run({"bogus"});
  BOOST_TEST(bogus.status != 0);
  BOOST_TEST(contains(first_line(bogus.err), "bogus"), bogus.err);
}

BOOST_AUTO_TEST_CASE(a_low_limit_of_open_files_is_named_whatever_could_not_be_opened)
{
  bool is_enough = false;
  int limit = 6; // the least with which the shell can start it
  for (; !is_enough; ++limit)
  {
    const auto script =
        "ulimit -n " + std::to_string(limit) + " && exec \"$0\" trace --seconds 1 /";
    test::child trace({"sh", "-c", script, FANIO_TOOL});
    is_enough = trace.wait() == 0;
    if (!is_enough)
    {
      const auto said = trace.read_all(test::child::err); // behind what an ordinary user is told
      BOOST_TEST(
          said.ends_with("fanio trace: too many open files: raise the limit for this process "
                         "(ulimit -n)\n"),
          said);
    }
    BOOST_REQUIRE(limit < 64);
  }
  BOOST_TEST(limit > 7);
}

BOOST_AUTO_TEST_SUITE_END()

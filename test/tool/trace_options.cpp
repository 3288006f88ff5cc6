// How events are shown, and when it ends; and what is refused.

#include "running_trace.hpp"
#include "support/mounts.hpp"
#include "support/requires.hpp"
#include "support/temp_directory.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

struct trace_options_fixture
{
  trace_options_fixture() { fs::permissions(directory.path(), fs::perms::all); }

  test::temp_directory directory;
  std::string path = directory.path().string();
};

std::string read_file(const fs::path& file)
{
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Its status and what it says of why.
std::pair<int, std::string> refused(std::vector<std::string> arguments)
{
  arguments.insert(arguments.begin(), "trace");
  test::child trace(test::fanio_command(std::move(arguments)));
  auto text = trace.read_all(test::child::err);
  if (text.starts_with("fanio trace: not privileged"))
  {
    text.erase(0, text.find('\n') + 1);
  }
  return {trace.wait(), text.substr(0, text.find('\n'))};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(trace_options, trace_options_fixture)

BOOST_AUTO_TEST_CASE(a_timestamp_is_the_time_of_day,
                     *boost::unit_test::precondition(test::is_privileged))
{
  test::running_trace trace({path, "-t"});
  directory.write("file");

  const auto line = trace.line_with("/file");

  BOOST_TEST(std::regex_match(line, std::regex("\\d\\d:\\d\\d:\\d\\d\\.\\d{6} test_tool\\(\\d+\\): "
                                               "\\S+ +/.*/file")),
             line);
}

BOOST_AUTO_TEST_CASE(two_timestamps_are_seconds,
                     *boost::unit_test::precondition(test::is_privileged))
{
  test::running_trace trace({path, "-tt"});
  directory.write("file");

  const auto line = trace.line_with("/file");

  BOOST_TEST(std::regex_match(line, std::regex("\\d{10}\\.\\d{6} test_tool.*")), line);
}

BOOST_AUTO_TEST_CASE(the_process_is_told_with_all_that_was_asked_for,
                     *boost::unit_test::precondition(test::is_privileged))
{
  test::running_trace trace({path, "-uePj", "--cgroups"});
  directory.write("file");

  const auto event = json::parse(trace.line_with("/file")).as_object();

  BOOST_TEST(event.at("uid").to_number<uid_t>() == ::geteuid());
  BOOST_TEST(event.at("gid").to_number<gid_t>() == ::getegid());
  BOOST_TEST(event.at("exe").as_string() == fs::read_symlink("/proc/self/exe").string());
  BOOST_TEST(event.at("parents").as_array().at(0).at("pid").to_number<pid_t>() == ::getppid());
  BOOST_TEST(event.contains("cgroup"));
  BOOST_TEST(event.contains("container"));
}

BOOST_AUTO_TEST_CASE(names_of_entries_where_they_were_asked_for,
                     *boost::unit_test::precondition(test::is_privileged))
{
  directory.write("old");
  test::running_trace trace({path, "--names"});
  fs::rename(directory / "old", directory / "new");

  BOOST_TEST(trace.line_with(": < ").ends_with(": <   " + path + "/old"));
  BOOST_TEST(trace.line_with(": > ").ends_with(": >   " + path + "/new"));
}

BOOST_AUTO_TEST_CASE(colours_are_for_terminals)
{
  test::running_trace plain({path});
  test::running_trace coloured({path, "--color", "always"});
  directory.write("file");

  BOOST_TEST(plain.line_with("/file").find('\x1b') == std::string::npos);
  BOOST_TEST(coloured.line_with("/file").find("\x1b[3") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_summary_stands_at_the_end)
{
  test::running_trace trace({path, "--summary", "--quiet"});
  directory.write("file");
  trace.signal(SIGINT);

  BOOST_TEST(trace.wait() == 0);
  const auto text = trace.read_all(test::child::out);
  BOOST_TEST(text.starts_with("\n  events "), text);
  BOOST_TEST(text.find("  process\n") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(every_line_of_json_is_json,
                     *boost::unit_test::precondition(test::has_program("jq")))
{
  const std::string script = "\"$0\" trace --verbose --json --summary --seconds 2 \"$1\" | jq .";
  test::running_trace trace({"sh", "-c", script, FANIO_TOOL, path}, test::user::same);
  directory.write("a\n\"\\");
  directory.write("\xff\xed\xa0\x80\xc3");
  directory.write(std::string(255, '\x80'));

  BOOST_TEST(trace.wait() == 0);
  BOOST_TEST(trace.read_all(test::child::err) == "");
  BOOST_TEST(trace.read_all(test::child::out).find("path_raw") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(lines_go_to_a_new_file)
{
  fs::create_directory(directory / "watched");
  const auto log = path + "/log";
  test::running_trace trace({path + "/watched", "-o", log});
  directory.write("watched/file");
  trace.signal(SIGTERM);

  BOOST_TEST(trace.wait() == 0);
  BOOST_TEST(trace.read_all(test::child::out) == "");
}

BOOST_AUTO_TEST_CASE(the_file_that_it_writes_is_not_shown,
                     *boost::unit_test::precondition(test::is_privileged))
{
  const auto log = path + "/log";
  test::running_trace trace({path, "-o", log, "--seconds", "2"});
  directory.write("file");
  BOOST_TEST(trace.wait() == 0);

  const auto text = read_file(log);

  BOOST_TEST(text.find(path + "/file") != std::string::npos, text);
  BOOST_TEST(text.find(log) == std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(what_its_readers_do_is_not_shown,
                     *boost::unit_test::precondition(test::is_privileged))
{
  const std::string script =
      "\"$0\" trace --verbose --seconds 2 \"$1\" | grep . | tee \"$1/log\" > \"$1/copy\"";
  test::running_trace trace({"bash", "-c", script, FANIO_TOOL, path}, test::user::same);
  directory.write("file");
  BOOST_TEST(trace.wait() == 0);

  const auto text = read_file(directory / "log");

  BOOST_TEST(text.find(path + "/file") != std::string::npos, text);
  BOOST_TEST(text.find("tee(") == std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_there_is_not_overwritten)
{
  const auto log = directory.write("log", "mine").string();
  const auto [status, why] = refused({"--output=" + log, path});

  BOOST_TEST(status == 1);
  BOOST_TEST(why.find(log + ": File exists: nothing is overwritten") != std::string::npos, why);
  BOOST_TEST(read_file(log) == "mine");
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_an_error, *boost::unit_test::precondition(test::is_privileged))
{
  const std::string script =
      "mkdir \"$1/disk\" \"$1/watched\" && mount -t tmpfs -o size=4k none \"$1/disk\" && "
      "exec \"$0\" trace --verbose --output \"$1/disk/log\" \"$1/watched\"";
  test::running_trace trace({"unshare", "-m", "sh", "-c", script, FANIO_TOOL, path},
                            test::user::same);
  for (int i = 0; i < 100; ++i)
  {
    directory.write("watched/" + std::string(200, 'f') + std::to_string(i));
  }

  BOOST_TEST(trace.wait() == 1);
  BOOST_TEST(trace.read_all(test::child::err) ==
             "fanio trace: " + path + "/disk/log: No space left on device\n");
}

BOOST_AUTO_TEST_CASE(a_time_with_a_unit_ends_it)
{
  test::running_trace trace({path, "--duration", "100ms"});
  BOOST_TEST(trace.wait() == 0);
}

BOOST_AUTO_TEST_CASE(events_wait_as_long_as_it_is_told_to_linger)
{
  test::running_trace patient({"--linger", "1h", path});
  test::running_trace hasty({"--linger", "0", path});
  std::ofstream(path + "/made");
  BOOST_TEST(hasty.line_with("/made").ends_with(path + "/made"));
  BOOST_TEST(patient.unread(test::child::out) == 0);
  patient.signal(SIGINT);
  BOOST_TEST(patient.wait() == 0);
}

BOOST_AUTO_TEST_CASE(without_privileges_processes_cannot_be_chosen)
{
  test::child trace({FANIO_TOOL, "trace", "-C", "cat", path}, test::user::ordinary);

  BOOST_TEST(trace.wait() == 1);
  BOOST_TEST(trace.read_all(test::child::err) ==
             "fanio trace: not privileged: the kernel does not tell the processes, so nothing can "
             "be shown by them; leave these options out, or run it as root\n");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said_and_is_status_1)
{
  const std::vector<std::pair<std::vector<std::string>, std::string>> all{
      {{"--filter=Z"}, "--filter: Z: Z: no type of events"},
      {{"-f", ""}, "--filter: : it names no type"},
      {{"-p", "0"}, "--ignore-pid: 0: not a process id"},
      {{"-p", "self"}, "--ignore-pid: self: not a process id"},
      {{"--pid", "99999999999"}, "--pid: 99999999999: not a process id"},
      {{"--uid", "nobody-has-this-name"}, "--uid: nobody-has-this-name: there is no user"},
      {{"--include-regex", "("}, "--include-regex: (: missing"},
      {{"--include", "[z-a]"}, "--include: [z-a]: invalid character class range"},
      {{"--include", "[a"}, "--include: [a: a [ has no ]: write \\[ for one that is meant"},
      {{"--exclude-process", "x[!"}, "--exclude-process: x[!: a [ has no ]"},
      {{"--duration", "5 days"}, "--duration: 5 days: no time"},
      {{"--duration", "0"}, "--duration: 0: no time"},
      {{"--duration", "nan"}, "--duration: nan: no time"},
      {{"--linger", "a while"}, "--linger: a while: no time"},
      {{"--color", "red"}, "--color: red: say auto, always or never"},
      {{"-ttt"}, "--timestamp: it can be given twice"},
      {{"-c", "/tmp"}, "excludes"},
      {{"--bogus"}, "--bogus"},
      {{"-o", "/nonexistent/log", "/tmp"}, ""},
      {{"-o"}, "--output"},
  };
  for (const auto& [arguments, expected] : all)
  {
    const auto [status, why] = refused(arguments);
    BOOST_TEST(status == 1, arguments.front());
    BOOST_TEST(why.find(expected) != std::string::npos, why);
  }
}

BOOST_AUTO_TEST_SUITE_END()

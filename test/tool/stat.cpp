#include "running_watch.hpp"
#include "support/requires.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <signal.h>
#include <sys/wait.h>

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

using test::running_watch;

struct stat_fixture
{
  test::temp_directory directory;
  std::string path = directory.path().string();

  static std::vector<std::string> stat_command(std::vector<std::string> arguments)
  {
    arguments.insert(arguments.begin(), {FANIO_TOOL, "stat"});
    return arguments;
  }

  /// What is printed at the end of a count of some work.
  std::string counted(std::vector<std::string> arguments, const std::string& work) const
  {
    arguments.push_back(path);
    running_watch stat(stat_command(std::move(arguments)));
    test::run_in(path, work);
    stat.signal(SIGINT);
    auto text = stat.read_all(test::child::out);
    BOOST_TEST(stat.wait() == 0);
    return text;
  }
};

boost::test_tools::assertion_result has_fsnotifywatch(boost::unit_test::test_unit_id)
{
  return test::needs(test::run({"sh", "-c", "command -v fsnotifywatch"}).status == 0,
                     "fsnotifywatch, from the package inotify-tools");
}

/// The rows of the first table that has one for what is made at the end, once, and so is the last.
std::set<std::string> rows_until_the_end(running_watch& stat)
{
  std::set<std::string> rows;
  for (std::string line; !line.ends_with("/end");)
  {
    stat.signal(SIGUSR1);
    line = stat.read_line(test::child::out);
    if (line.starts_with("total"))
    {
      rows.clear();
    }
    rows.insert(line);
  }
  return rows;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(stat_tables, stat_fixture)

BOOST_AUTO_TEST_CASE(it_counts_by_path_in_the_columns_of_inotifywatch)
{
  BOOST_TEST(counted({"-e", "create,delete"}, "mkdir a b; rmdir a") ==
             "total  create  delete  filename\n"
             "2      1       1       " +
                 path +
                 "/a\n"
                 "1      1       0       " +
                 path + "/b\n");
}

BOOST_AUTO_TEST_CASE(it_counts_by_directory)
{
  fs::create_directory(directory / "in");
  BOOST_TEST(counted({"-r", "--by", "directory", "-e", "create"}, "mkdir a in/b in/c") ==
             "total  create  filename\n"
             "2      2       " +
                 path +
                 "/in/\n"
                 "1      1       " +
                 path + "/\n");
}

BOOST_AUTO_TEST_CASE(what_is_queued_when_it_is_interrupted_is_counted)
{
  BOOST_TEST(counted({"--linger", "1h", "-e", "create"}, "mkdir a") ==
             "total  create  filename\n1      1       " + path + "/a\n");
}

BOOST_AUTO_TEST_CASE(a_reader_who_stands_still_does_not_keep_it_from_a_second_request_to_end)
{
  running_watch stat(stat_command({"-e", "create", path}));
  for (int i = 0; i < 4000; ++i) // of more rows than a pipe holds
  {
    directory.write("a name that is not very short, so that they are many bytes " +
                    std::to_string(i));
  }
  stat.signal(SIGUSR1);
  siginfo_t ended{};
  while (ended.si_pid == 0)
  {
    stat.signal(SIGTERM);
    BOOST_REQUIRE(
        ::waitid(P_PID, static_cast<id_t>(stat.pid()), &ended, WEXITED | WNOHANG | WNOWAIT) == 0);
  }
}

BOOST_AUTO_TEST_CASE(it_counts_by_process, *boost::unit_test::precondition(test::is_privileged))
{
  running_watch stat(stat_command({"--by", "process", "-e", "create", path}));
  directory.write("a");
  directory.write("b");
  std::string line;
  // Asked again, until it has come to the events. This process is still there to be looked at.
  while (!line.starts_with("2      2       "))
  {
    stat.signal(SIGUSR1);
    line = stat.read_line(test::child::out);
  }
  BOOST_TEST(line.ends_with("test_tool(" + std::to_string(::getpid()) + ")"), line);
}

BOOST_AUTO_TEST_CASE(a_watched_directory_in_which_nothing_happened_has_a_row_of_zeros)
{
  fs::create_directories(directory / "in/deep");
  fs::create_directories(directory / "out/deep");
  const std::string zero = "0      0       ";
  BOOST_TEST(counted({"-z", "-r", "-e", "create", "@" + path + "/out"}, "mkdir in/a") ==
             "total  create  filename\n1      1       " + path + "/in/a\n" + zero + path + "/\n" +
                 zero + path + "/in/\n" + zero + path + "/in/deep/\n");
  BOOST_TEST(counted({"-z", "-e", "delete", "--by", "directory"}, "rmdir in/a; rmdir in/deep") ==
             "total  delete  filename\n" + zero + path + "/\n");
}

BOOST_AUTO_TEST_CASE(nothing_is_said_in_words)
{
  const auto nothing = test::run(stat_command({"-t", "1", "-v", path}));
  BOOST_TEST(nothing.status == 0);
  BOOST_TEST(nothing.out == "");
  // Behind what an ordinary user is told.
  BOOST_TEST(nothing.err.ends_with("Finished establishing watches, now collecting statistics.\n"
                                   "Will listen for events for 1 seconds.\nNo events occurred.\n"),
             nothing.err);
}

BOOST_AUTO_TEST_CASE(a_signal_asks_for_the_table_in_between)
{
  running_watch stat(stat_command({"-e", "create", path}));
  fs::create_directory(directory / "a");
  std::string line;
  // Asked again, until it has come to the event.
  while (line != "1      1       " + path + "/a")
  {
    stat.signal(SIGUSR1);
    line = stat.read_line(test::child::out);
  }
  stat.signal(SIGTERM);
  BOOST_TEST(stat.wait() == 0);
}

BOOST_AUTO_TEST_CASE(the_live_view_comes_again_and_again_without_a_terminal)
{
  running_watch stat(stat_command({"--top", "-e", "create", path}));
  for (int i = 0; i < 2; ++i)
  {
    auto line = stat.read_line(test::child::out);
    while (line.find(" events in ") == line.npos)
    {
      line = stat.read_line(test::child::out);
    }
    BOOST_TEST(line.find('\x1b') == line.npos);
  }
}

BOOST_AUTO_TEST_CASE(the_live_view_redraws_a_terminal_and_leaves_it_as_it_was)
{
  const auto shown = test::run(
      {"script", "-qec", std::string(FANIO_TOOL) + " stat --top -t 2 " + path, "/dev/null"});
  BOOST_TEST(shown.status == 0);
  const auto begin = shown.out.find("\x1b[?1049h");
  const auto drawing = shown.out.find("\x1b[H0 events in 1 s\x1b[K");
  const auto end = shown.out.find("\x1b[?1049l");
  BOOST_TEST(begin < drawing);
  BOOST_TEST(drawing < end);
  BOOST_TEST(end != shown.out.npos);
}

BOOST_AUTO_TEST_CASE(the_counts_are_those_of_fsnotifywatch,
                     *boost::unit_test::precondition(has_fsnotifywatch) *
                         boost::unit_test::precondition(test::is_privileged))
{
  fs::create_directory(directory / "in");
  const std::vector<std::string> options{"-r", "-e", "create,delete", path};
  auto command = options;
  // It would keep its lines to itself until it ends.
  command.insert(command.begin(), {"stdbuf", "-oL", "fsnotifywatch"});
  running_watch theirs(command);
  running_watch ours(stat_command(options));
  test::run_in(path, "for i in 1 2 3; do touch a; rm a; touch in/b; rm in/b; done; "
                     "touch in/c; rm in/c; mkdir end");
  BOOST_TEST(rows_until_the_end(ours) == rows_until_the_end(theirs),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(bad_words_are_errors)
{
  for (const std::vector<std::string>& words : {std::vector<std::string>{"-a", "bogus"},
                                                {"-d", "close"},
                                                {"-a", "open", "-e", "modify"},
                                                {"-a", "open", "-d", "open"},
                                                {"--by", "size"},
                                                {"--interval", "1"},
                                                {"--top", "--json"},
                                                {"--top", "--interval", "0"},
                                                {"-t", "-1"}})
  {
    auto command = words;
    command.push_back(path);
    const auto refused = test::run(stat_command(command));
    BOOST_TEST(refused.status == 1, words.front() << " " << refused.status);
    BOOST_TEST(!refused.err.empty(), words.front());
  }
  BOOST_TEST(test::run(stat_command({path + "/none"})).status == 1);
}

BOOST_AUTO_TEST_SUITE_END()

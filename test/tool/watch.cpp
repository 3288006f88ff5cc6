#include "running_watch.hpp"
#include "support/mounts.hpp"
#include "support/requires.hpp"
#include <fanio/unique_fd.hpp>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

using test::running_watch;
using test::watch_command;

struct watch_fixture
{
  watch_fixture() { fs::permissions(directory.path(), fs::perms::all); }

  test::temp_directory directory;
  std::string path = directory.path().string();

  /// The first line of output for the creation of a file.
  std::string line_for(const std::string& name, std::vector<std::string> options) const
  {
    options.insert(options.end(), {"-e", "create", path});
    running_watch watch(watch_command(std::move(options)));
    directory.write(name);
    return watch.read_line(test::child::out);
  }
};

std::string text_of(const fs::path& file)
{
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(watch_lines, watch_fixture)

BOOST_AUTO_TEST_CASE(a_line_has_the_directory_the_events_and_the_name)
{
  BOOST_TEST(line_for("file", {}) == path + "/ CREATE file");
}

BOOST_AUTO_TEST_CASE(csv_has_quotes_where_a_name_needs_them)
{
  BOOST_TEST(line_for("plain", {"--csv"}) == path + "/,CREATE,plain");
  BOOST_TEST(line_for("a,\"b", {"-c"}) == path + "/,CREATE,\"a,\"\"b\"");
}

BOOST_AUTO_TEST_CASE(a_format_has_all_conversions)
{
  BOOST_TEST(line_for("file", {"--format", "%w|%f|%e|%;e|%%|%x|%T", "--timefmt", "at"}) ==
             path + "/|file|CREATE|CREATE|%|%x|at");
}

BOOST_AUTO_TEST_CASE(without_newline_a_format_ends_as_it_says)
{
  running_watch watch(watch_command({"-e", "create", "--no-newline", "--format", "%f%0%n", path}));
  directory.write("file");
  BOOST_TEST(watch.read_all(test::child::out) == std::string("file\0\n", 6));
}

BOOST_AUTO_TEST_CASE(json_is_one_object_a_line_whatever_the_name)
{
  const auto object = json::parse(line_for("a\n\xff\"", {"--json"})).as_object();
  BOOST_TEST(object.at("mask") == json::value(json::array{"create"}));
  BOOST_TEST(object.at("directory").as_string() == path + "/");
  BOOST_TEST(object.at("name_raw") == json::value({'a' + 0, '\n' + 0, 0xff, '"' + 0}));
}

BOOST_AUTO_TEST_CASE(one_event_ends_it_and_it_is_silent_but_for_that)
{
  running_watch watch(watch_command({"-e", "create", path}));
  directory.write("one");
  BOOST_TEST(watch.read_all(test::child::out) == path + "/ CREATE one\n");
  BOOST_TEST(watch.wait() == 0);
}

BOOST_AUTO_TEST_CASE(events_wait_as_long_as_it_is_told_to_linger)
{
  running_watch patient(watch_command({"-m", "--linger", "1h", "-e", "create", path}));
  running_watch hasty(watch_command({"-m", "--linger", "0", "-e", "create", path}));
  directory.write("file");
  BOOST_TEST(hasty.read_line(test::child::out) == path + "/ CREATE file");
  BOOST_TEST(patient.unread(test::child::out) == 0);
}

BOOST_AUTO_TEST_CASE(what_is_queued_when_it_is_interrupted_is_told)
{
  running_watch watch(watch_command({"-m", "--linger", "1h", "-e", "create", path}));
  directory.write("file");
  watch.signal(SIGINT);
  BOOST_TEST(watch.read_all(test::child::out) == path + "/ CREATE file\n");
  BOOST_TEST(watch.wait() == 0);
}

BOOST_AUTO_TEST_CASE(what_is_queued_when_its_time_is_over_is_told)
{
  running_watch watch(watch_command({"-m", "-t", "1", "--linger", "1h", "-e", "create", path}));
  directory.write("file");
  BOOST_TEST(watch.read_all(test::child::out) == path + "/ CREATE file\n");
  BOOST_TEST(watch.wait() == 2);
}

BOOST_AUTO_TEST_CASE(quiet_says_nothing_but_events_and_twice_not_these)
{
  test::child once(watch_command({"-q", "-t", "2", "-r", path}));
  BOOST_TEST(once.read_all(test::child::err) == "");

  // It says nothing when it is ready, so it is given something to see until it has seen it.
  test::child twice(watch_command({"-qq", "-e", "create", path}));
  for (int i = 0; ::kill(twice.pid(), 0) == 0 && i < 100'000; ++i)
  {
    directory.write(std::to_string(i));
    siginfo_t ended{};
    if (::waitid(P_PID, static_cast<id_t>(twice.pid()), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        ended.si_pid != 0)
    {
      break;
    }
  }
  BOOST_TEST(twice.read_all(test::child::out) == "");
  BOOST_TEST(twice.read_all(test::child::err) == "");
  BOOST_TEST(twice.wait() == 0);
}

BOOST_AUTO_TEST_CASE(the_file_of_events_is_appended_to)
{
  const auto file = test::temp_directory() / "unused";
  const test::temp_directory elsewhere;
  const auto log = elsewhere.write("log", "before\n");
  running_watch watch(watch_command({"-e", "create", "-o", log.string(), path}));
  directory.write("file");
  BOOST_TEST(watch.wait() == 0);
  BOOST_TEST(text_of(log) == "before\n" + path + "/ CREATE file\n");
}

BOOST_AUTO_TEST_CASE(its_own_file_of_events_is_no_event)
{
  running_watch watch(watch_command({"-m", "-e", "create,modify", "-o", path + "/log", path}));
  directory.write("end");
  // Were it one, each line would make more.
  fs::create_directory(directory / "dir");
  while (text_of(directory / "log").find("CREATE,ISDIR dir") == std::string::npos)
  {
  }
  watch.signal(SIGTERM);
  BOOST_TEST(watch.wait() == 0);
  BOOST_TEST(text_of(directory / "log").find(" log") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_an_error)
{
  running_watch watch(watch_command({"-m", "-o", "/dev/full", path}));
  directory.write("file");
  BOOST_TEST(watch.wait() == 1);
  BOOST_TEST(watch.read_all(test::child::err) ==
             "fanio watch: /dev/full: No space left on device\n");
}

BOOST_AUTO_TEST_CASE(a_reader_who_is_slow_gets_all)
{
  constexpr int count = 3000; // more than a pipe holds
  running_watch watch(watch_command({"-m", "--linger", "1h", "-e", "create", path}));
  for (int i = 0; i < count; ++i)
  {
    directory.write("some name that is not very short " + std::to_string(i));
  }
  watch.signal(SIGINT);
  int lines = 0;
  for (; lines < count && !watch.read_line(test::child::out).empty(); ++lines)
  {
    if (lines % 50 == 0) // so slow that it takes longer than one who stands still is waited for
    {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  BOOST_TEST(lines == count);
  BOOST_TEST(watch.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_reader_who_stands_still_does_not_keep_it)
{
  running_watch watch(watch_command({"-m", "-e", "create", path}));
  // Until a thousand events have put nothing more into the pipe.
  std::size_t before = 0;
  for (int made = 0; watch.unread(test::child::out) != before || before == 0;)
  {
    before = watch.unread(test::child::out);
    for (const int end = made + 1000; made < end; ++made)
    {
      directory.write(std::to_string(made));
    }
  }
  watch.signal(SIGINT);
  BOOST_TEST(watch.wait() == 0);
}

BOOST_AUTO_TEST_CASE(a_reader_who_goes_ends_it_quietly)
{
  running_watch watch(watch_command({"-m", path}));
  watch.close(test::child::out);
  BOOST_TEST(watch.wait() == 0);
  BOOST_TEST(watch.read_all(test::child::err) == "");
}

BOOST_AUTO_TEST_CASE(in_the_background_it_is_ready_when_the_command_returns)
{
  const test::temp_directory elsewhere;
  const auto log = (elsewhere / "log").string();
  const auto started = test::run(watch_command({"-d", "-o", log, "-t", "2", "-e", "create", path}));
  BOOST_TEST(started.status == 0, started.err);
  directory.write("file");
  // Its timeout ends it.
  while (text_of(log) != path + "/ CREATE file\n")
  {
  }
}

BOOST_AUTO_TEST_CASE(what_goes_wrong_before_the_background_is_told)
{
  const auto started = test::run(watch_command({"-d", "-o", path + "/log", path + "/none"}));
  BOOST_TEST(started.status == 1);
  BOOST_TEST(started.err == "fanio watch: " + path + "/none: No such file or directory\n");
}

BOOST_AUTO_TEST_CASE(paths_are_read_from_a_file_and_from_standard_input)
{
  fs::create_directories(directory / "in/out");
  const auto list = directory.write("list", path + "/in\n@" + path + "/in/out\n").string();
  for (const std::string from : {"--fromfile \"$1\"", "--fromfile - < \"$1\""})
  {
    const auto script = "exec \"$0\" watch -m -r -e create,delete --format '%e %f' " + from;
    running_watch watch({"sh", "-c", script, FANIO_TOOL, list});
    directory.write("in/out/hidden");
    directory.write("in/shown");
    BOOST_TEST(watch.read_line(test::child::out) == "CREATE shown", from);
    fs::remove(directory / "in/shown");
    BOOST_TEST(watch.read_line(test::child::out) == "DELETE shown", from);
  }
}

BOOST_AUTO_TEST_CASE(an_excluded_path_is_not_watched_nor_what_is_below)
{
  fs::create_directories(directory / "in/out/deep");
  running_watch watch(watch_command(
      {"-m", "-r", "-e", "create", "--format", "%w%f", path, "@" + path + "/in/out"}));
  directory.write("in/out/deep/hidden");
  directory.write("in/shown");
  BOOST_TEST(watch.read_line(test::child::out) == path + "/in/shown");
}

BOOST_AUTO_TEST_CASE(a_link_is_followed_unless_it_is_to_be_watched_itself)
{
  const auto file = directory.write("file").string();
  const auto link = (directory / "link").string();
  fs::create_symlink(file, link);
  running_watch follows(watch_command({"-m", "-e", "attrib", "--format", "%f", link}));
  running_watch stays(watch_command({"-m", "-P", "-e", "attrib", "--format", "%f", link}));
  test::run_in(path, "touch file; touch -h link");
  BOOST_TEST(follows.read_line(test::child::out) == "file");
  BOOST_TEST(stays.read_line(test::child::out) == "link");
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_is_told_what_works_and_gets_it)
{
  fs::create_directories(directory / "in");
  fs::permissions(directory / "in", fs::perms::all);
  running_watch watch(
      watch_command({"-m", "-r", "-e", "create,delete,move", "--format", "%w%f %e", path}),
      test::user::ordinary);
  BOOST_REQUIRE(watch.said().size() == 1U);
  BOOST_TEST(watch.said().front().starts_with("Not privileged: "));
  test::run_in(path, "mkdir -m 777 -p a/b/c; touch a/b/c/f");
  const std::set<std::string> came{path + "/a CREATE,ISDIR", path + "/a/b CREATE,ISDIR",
                                   path + "/a/b/c CREATE,ISDIR", path + "/a/b/c/f CREATE"};
  std::set<std::string> told;
  while (told.size() < came.size())
  {
    told.insert(watch.read_line(test::child::out));
  }
  BOOST_TEST(told == came, boost::test_tools::per_element());
  test::run_in(path, "mv a in/z; touch in/z/b/c/g; mkdir end");
  const std::multiset<std::string> rest{path + "/a MOVED_FROM of a directory",
                                        path + "/in/z MOVED_TO of a directory",
                                        path + "/in/z/b/c/g CREATE"};
  BOOST_TEST(test::single_events(watch.lines_until("/end CREATE,ISDIR")) == rest,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_is_told_what_comes_deeper_than_a_path_can_name)
{
  running_watch watch(watch_command({"-m", "-r", "-e", "create", "--format", "%f", path}),
                      test::user::ordinary);
  fanio::unique_fd in(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (int depth = 0; depth < 25; ++depth)
  {
    // Each is a new directory to the watch, which has to be found by its path.
    const auto name = std::string(250, 'n') + std::to_string(depth);
    BOOST_REQUIRE(::mkdirat(in.get(), name.c_str(), 0777) == 0);
    BOOST_REQUIRE(::fchmodat(in.get(), name.c_str(), 0777, 0) == 0);
    watch.lines_until(name);
    in.reset(::openat(in.get(), name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
}

BOOST_AUTO_TEST_CASE(a_path_that_may_not_be_read_is_an_error)
{
  const auto secret = directory / "secret";
  fs::create_directory(secret);
  fs::permissions(secret, fs::perms::none);
  const auto refused = test::run(watch_command({secret.string()}), test::user::ordinary);
  BOOST_TEST(refused.status == 1);
  BOOST_TEST(refused.err.find(secret.string() + ": ") != std::string::npos, refused.err);
}

BOOST_AUTO_TEST_CASE(a_full_queue_is_told)
{
  running_watch watch(watch_command({"-m", "-e", "create", "--format", "%e %f", path}),
                      test::user::ordinary);
  watch.stop();
  test::run_in(path, "seq 70000 | xargs touch");
  watch.go_on();
  watch.lines_until("Q_OVERFLOW ");
  fs::create_directory(directory / "after");
  watch.lines_until("CREATE,ISDIR after");
}

BOOST_AUTO_TEST_CASE(an_unmounted_tree_is_told_and_ends_it,
                     *boost::unit_test::precondition(test::is_privileged))
{
  for (const std::string option : {"-P", "-r", "-m"})
  {
    BOOST_TEST_CONTEXT(option)
    {
      test::mount_point mounted("none", "tmpfs");
      const auto top = mounted.path().string();
      running_watch watch(watch_command({option, "-e", "unmount", "--format", "%w %e", top}));
      BOOST_TEST(mounted.unmount() == 0);
      BOOST_TEST(watch.read_line(test::child::out) == top + "/ UNMOUNT,ISDIR");
      BOOST_TEST(watch.wait() == (option == "-m" ? 1 : 0));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_moved_tree_is_watched_by_its_new_name,
                     *boost::unit_test::precondition(test::is_privileged))
{
  fs::create_directories(directory / "top/in");
  running_watch watch(
      watch_command({"-m", "-r", "-e", "create", "--format", "%w%f", path + "/top"}));
  fs::rename(directory / "top", directory / "new");
  directory.write("top", "another");
  directory.write("new/in/file");
  BOOST_TEST(watch.read_line(test::child::out) == path + "/new/in/file");
}

BOOST_AUTO_TEST_SUITE_END()

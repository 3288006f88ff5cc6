#include "running_watch.hpp"
#include "support/contains.hpp"
#include "support/mounts.hpp"
#include "support/namespaces.hpp"
#include "support/requires.hpp"
#include <fanio/unique_fd.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>

namespace fs = std::filesystem;

namespace {

using test::running_watch;
using test::watch_command;

struct watch_establishing_fixture
{
  watch_establishing_fixture() { fs::permissions(directory.path(), fs::perms::all); }

  test::temp_directory directory;
  std::string path = directory.path().string();
};

/// Of events.
std::size_t queue_limit()
{
  std::size_t limit = 0;
  std::ifstream("/proc/sys/fs/fanotify/max_queued_events") >> limit;
  return limit;
}

boost::test_tools::assertion_result has_a_usual_queue(boost::unit_test::test_unit_id)
{
  return test::needs(queue_limit() <= 20'000,
                     "fs.fanotify.max_queued_events of at most 20,000, as kernels have it");
}

/// What a command says on a terminal.
std::string on_a_terminal(const std::string& command)
{
  const auto shown = test::run({"script", "-qec", command, "/dev/null"});
  BOOST_TEST(shown.status == 2, shown.out);
  return shown.out;
}

} // namespace

// What is said before and while the watches are set.
BOOST_FIXTURE_TEST_SUITE(watch_establishing, watch_establishing_fixture)

BOOST_AUTO_TEST_CASE(a_whole_filesystem_is_refused_to_an_ordinary_user)
{
  const std::vector<std::string> commands{"watch", "stat"};
  for (const auto& command : commands)
  {
    const auto refused = test::run({FANIO_TOOL, command, "-S", path}, test::user::ordinary);
    BOOST_TEST(refused.status == 1);
    BOOST_TEST(refused.out == "");
    BOOST_TEST(refused.err ==
               "fanio " + command +
                   ": not privileged: a whole filesystem can't be watched; without -S the paths "
                   "are, with -r all that is below them, or run it as root\n");
  }
}

BOOST_AUTO_TEST_CASE(counting_by_process_is_refused_to_an_ordinary_user)
{
  const auto refused =
      test::run({FANIO_TOOL, "stat", "--by", "process", path}, test::user::ordinary);
  BOOST_TEST(refused.status == 1);
  BOOST_TEST(refused.out == "");
  BOOST_TEST(refused.err == "fanio stat: not privileged: the kernel does not tell the processes, "
                            "so nothing can be counted by them; count by path or by directory, or "
                            "run it as root\n");
}

BOOST_AUTO_TEST_CASE(a_filesystem_that_refuses_its_mark_is_said_to_be_watched_by_directories,
                     *boost::unit_test::precondition(test::is_privileged) *
                         boost::unit_test::precondition(test::has_program("mkfs.btrfs")) *
                         boost::unit_test::precondition(test::has_program("btrfs")))
{
  // Beside the root of a btrfs, whose subvolumes have a filesystem id of their own (EXDEV).
  test::forked apart(
      []
      {
        test::enter_private_mounts();
        const test::private_filesystem btrfs("btrfs");
        const auto subvolume = (btrfs / "part").string();
        test::run_program({"btrfs", "subvolume", "create", subvolume});
        fs::create_directory(subvolume + "/in");
        running_watch watch(
            watch_command({"-m", "-r", "-e", "create", "--format", "%w%f", subvolume}));
        const auto& said = watch.said();
        const bool is_said =
            said.size() == 1 &&
            said.front().starts_with("The filesystem of " + subvolume +
                                     " can't be marked, so every directory is, and files in new "
                                     "directories may be told as created only: ");
        fs::create_directory(subvolume + "/in/new");
        const bool is_told = watch.read_line(test::child::out) == subvolume + "/in/new";
        return (is_said ? 0 : 1) + (is_told ? 0 : 2);
      });
  BOOST_TEST(apart.result() == 0);
}

BOOST_AUTO_TEST_CASE(a_terminal_shows_how_far_it_is_until_it_is_done)
{
  fs::create_directories(directory / "a/b/c");
  const auto shown = on_a_terminal(std::string(FANIO_TOOL) + " watch -r -t 1 " + path);
  // The first alone is none to wait for; more come when there is time for them.
  const auto drawn = shown.find("\rSetting watches: 2\x1b[K");
  const auto cleared = shown.find("\r\x1b[KWatches established.");
  BOOST_TEST(drawn != shown.npos, shown);
  BOOST_TEST(cleared != shown.npos, shown);
  BOOST_TEST(drawn < cleared);
}

BOOST_AUTO_TEST_CASE(nothing_is_drawn_where_it_would_stay_or_is_not_wanted)
{
  fs::create_directories(directory / "a/b/c");
  BOOST_TEST(on_a_terminal(std::string(FANIO_TOOL) + " watch -q -r -t 1 " + path) == "");
  const auto piped = test::run(watch_command({"-r", "-t", "1", path}));
  BOOST_TEST(piped.err.ends_with("Watches established.\n"), piped.err);
  BOOST_TEST(piped.err.find("Setting watches") == std::string::npos, piped.err);
}

// Each directory that it reads would be an event of its own, and more of them than a queue holds a
// loss, which is mended by reading them all.
BOOST_AUTO_TEST_CASE(what_it_reads_itself_does_not_fill_the_queue,
                     *boost::unit_test::precondition(test::can_be_another_user) *
                         boost::unit_test::precondition(has_a_usual_queue))
{
  for (std::size_t i = 0; i < queue_limit() + 500; ++i)
  {
    fs::create_directory(directory / ("d" + std::to_string(i)));
  }
  running_watch watch(watch_command({"-m", "-r", path}), test::user::ordinary);
  const fanio::unique_fd opened(::open((directory / "d77").c_str(), O_RDONLY | O_CLOEXEC));
  directory.write("last");
  std::string told;
  for (std::string line; !line.ends_with(" CREATE last"); told += line + '\n')
  {
    line = watch.read_line(test::child::out);
  }
  BOOST_TEST(!test::contains(told, "OVERFLOW"));
  BOOST_TEST(test::contains(told, path + "/d77/ OPEN,ISDIR \n"), told.substr(0, 1000));
}

BOOST_AUTO_TEST_SUITE_END()

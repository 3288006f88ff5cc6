#include "harness/scratch.hpp"
#include "peers/running_peer.hpp"
#include "peers/turn.hpp"
#include "support/requires.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>

namespace {

using fanio::bench::peer;
using fanio::bench::reading;
using fanio::bench::storm_kind;

/// That a program tells of each file of a small storm once, and of no loss.
void check_tells_each(const peer& program, storm_kind kind, reading when)
{
  const auto result =
      take_turn(program, {.kind = kind, .root = {}, .directories = 5, .operations = 200}, when);
  BOOST_TEST(result.told.files == 200U);
  BOOST_TEST(result.told.lines == 200U);
  BOOST_TEST(result.told.overflows == 0U);
  BOOST_TEST(result.cpu.count() > 0);
  BOOST_TEST(result.blowing.count() > 0);
}

void check_tells_each(const peer& program, storm_kind kind = storm_kind::create)
{
  check_tells_each(program, kind, reading::live);
  check_tells_each(program, kind, reading::afterwards);
}

template <peer (*make)()>
boost::test_tools::assertion_result is_here(boost::unit_test::test_unit_id)
{
  const auto program = make();
  return test::needs(program.missing.empty(), program.name + ": " + program.missing);
}

struct private_mounts
{
  private_mounts() { fanio::bench::enter_private_mounts(); }
};

} // namespace

namespace bench = fanio::bench;
using boost::unit_test::precondition;

BOOST_AUTO_TEST_SUITE(bench_peers, *precondition(test::is_privileged))
BOOST_FIXTURE_TEST_SUITE(each_line, private_mounts)

BOOST_AUTO_TEST_CASE(fatrace, *precondition(is_here<bench::fatrace>))
{
  check_tells_each(bench::fatrace(), storm_kind::open_close);
}

BOOST_AUTO_TEST_CASE(inotifywait, *precondition(is_here<bench::inotifywait>))
{
  check_tells_each(bench::inotifywait());
}

BOOST_AUTO_TEST_CASE(fsnotifywait_filesystem,
                     *precondition(is_here<bench::fsnotifywait_filesystem>))
{
  check_tells_each(bench::fsnotifywait_filesystem());
}

BOOST_AUTO_TEST_CASE(fsnotifywait_tree, *precondition(is_here<bench::fsnotifywait_tree>))
{
  check_tells_each(bench::fsnotifywait_tree());
}

BOOST_AUTO_TEST_CASE(fswatch, *precondition(is_here<bench::fswatch>))
{
  check_tells_each(bench::fswatch());
}

BOOST_AUTO_TEST_CASE(chokidar, *precondition(is_here<bench::chokidar>))
{
  check_tells_each(bench::chokidar());
}

BOOST_AUTO_TEST_CASE(parcel_watcher, *precondition(is_here<bench::parcel_watcher>))
{
  check_tells_each(bench::parcel_watcher());
}

BOOST_AUTO_TEST_CASE(fanio_and_raw_c)
{
  const bench::run_options options{.tool = FANIO_TOOL, .programs = FANIO_BENCH_PROGRAMS};
  check_tells_each(fanio_trace(options, "fanio trace", {}), storm_kind::open_close);
  check_tells_each(fanio_watch(options, "fanio watch -S", {"-S"}));
  check_tells_each(fanio_watch(options, "fanio watch -r", {"-r"}));
  check_tells_each(raw_watch(options, "raw C", {}));
  check_tells_each(raw_watch(options, "raw C, linger", {"-l", "100"}));
  check_tells_each(raw_watch(options, "raw C, knows all", {"-k"}));
  check_tells_each(raw_watch(options, "raw C, a mark on each directory", {"-d"}));
  check_tells_each(raw_watch(options, "raw C, a mark on each directory, knows all", {"-d", "-k"}));
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// What is told of a program that ends and does not watch.
std::string reason_of(const std::string& script)
{
  const bench::temporary_directory place;
  const bench::storm none{.root = place.path(), .directories = 1, .operations = 0};
  const peer program{.name = "peer",
                     .argv = {"sh", "-c", script},
                     .ready_by = peer::readiness::inotify_marks,
                     .missing = {}};
  bench::running_peer running(program, none, place.path() / "output");
  try
  {
    running.wait_until_ready();
  }
  catch (const std::runtime_error& e)
  {
    return e.what();
  }
  return "";
}

} // namespace

BOOST_AUTO_TEST_CASE(the_last_words_of_who_can_not_watch_are_told_in_one_line)
{
  BOOST_TEST(reason_of("echo too; echo many >&2; exit 1") ==
             "it ended before it watched: too many");
  BOOST_TEST(reason_of("exit 1") == "it ended before it watched: it said nothing");
}

BOOST_AUTO_TEST_SUITE_END()

// Fleets of openers, and the programs that allow what they open.

#include "load/openers.hpp"

#include "harness/process.hpp"
#include "harness/scratch.hpp"
#include "support/forked.hpp"
#include "support/requires.hpp"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <string>
#include <vector>

#include <sys/wait.h>

namespace utf = boost::unit_test;
namespace fs = std::filesystem;
using fanio::bench::opener_fleet;
using fanio::bench::opener_settings;
using fanio::bench::place_result;
using fanio::bench::process;
using fanio::bench::scratch_mount;

namespace {

constexpr std::chrono::seconds patience(60);

struct private_mounts
{
  private_mounts() { fanio::bench::enter_private_mounts(); }
};

/// The directory of a fleet is a mount of its own: nobody else is ever asked.
struct openers_fixture : private_mounts
{
  [[nodiscard]] std::vector<place_result> run(const opener_settings& settings) const
  {
    opener_fleet fleet(settings);
    fleet.start();
    return fleet.finish(patience);
  }

  test::watchdog dog;
  scratch_mount mount;
};

/// One of the harness's programs, which allows what is opened on a mount.
class responder
{
public:
  responder(std::vector<std::string> argv, const scratch_mount& mount)
      : process_(start(std::move(argv), mount))
  {
    BOOST_REQUIRE(process_.line() == "ready");
  }

  /// What it says at its end.
  [[nodiscard]] std::string end()
  {
    process_.signal(SIGTERM);
    auto line = process_.line();
    BOOST_TEST(process_.wait(patience).is_success());
    return line;
  }

  void stop() const
  {
    process_.signal(SIGSTOP);
    int status = 0;
    BOOST_REQUIRE(::waitpid(process_.id(), &status, WUNTRACED) == process_.id());
    BOOST_REQUIRE(WIFSTOPPED(status));
  }

  void kill() { process_.signal(SIGKILL); }

private:
  static process start(std::vector<std::string> argv, const scratch_mount& mount)
  {
    argv.front() = std::string(FANIO_BENCH_PROGRAMS) + "/" + argv.front();
    argv.push_back(mount.path());
    return process::run(argv, {.core = -1, .output = {}, .reads_output = true});
  }

  process process_;
};

const std::vector<std::vector<std::string>> responders = {
    {"raw_respond_blocking"},    {"raw_respond_poll"},    {"raw_respond_epoll"},
    {"raw_respond_spinning"},    {"fanio_respond_batch"}, {"fanio_respond_callback"},
    {"fanio_respond_coroutine"}, {"asio_respond"},        {"asio_respond_batch"}};

} // namespace

BOOST_FIXTURE_TEST_SUITE(openers, openers_fixture, *utf::precondition(test::is_privileged))

// Nobody is asked ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(each_open_is_counted_and_its_time_too)
{
  const auto found = run({.places = {mount.path()},
                          .openers = 3,
                          .files = 5,
                          .opens = 100,
                          .opens_before = 7,
                          .turns = 4});
  BOOST_REQUIRE(found.size() == 1);
  BOOST_TEST(found[0].opened == 3 * (100 + 7) * 4);
  BOOST_TEST(found[0].failed == 0);
  BOOST_TEST(found[0].latencies.total() == 3 * 100 * 4);
  BOOST_TEST(found[0].latencies.quantile(0.5) > 0);
  BOOST_TEST(found[0].latencies.quantile(0.99) >= found[0].latencies.quantile(0.5));
  BOOST_TEST(found[0].opens_a_second.size() == 4);
  BOOST_TEST(std::ranges::all_of(found[0].opens_a_second, [](double rate) { return rate > 0; }));
}

BOOST_AUTO_TEST_CASE(each_opener_has_files_of_its_own)
{
  static_cast<void>(run({.places = {mount.path()}, .openers = 3, .files = 5, .opens = 1}));
  const auto count = std::distance(fs::directory_iterator(mount.path()), fs::directory_iterator());
  BOOST_TEST(count == 3 * 5);
}

BOOST_AUTO_TEST_CASE(places_are_told_apart)
{
  const scratch_mount other;
  const auto found = run({.places = {mount.path(), other.path()}, .opens = 50, .turns = 2});
  BOOST_REQUIRE(found.size() == 2);
  BOOST_TEST(found[0].opened == 100);
  BOOST_TEST(found[1].opened == 100);
}

BOOST_AUTO_TEST_CASE(a_turn_can_last_for_a_time_instead)
{
  constexpr std::chrono::milliseconds time(20);
  const auto start = std::chrono::steady_clock::now();
  const auto found = run({.places = {mount.path()}, .openers = 2, .opens = 0, .time = time});
  BOOST_TEST((std::chrono::steady_clock::now() - start >= time));
  BOOST_TEST(found[0].opened > 2);
  BOOST_TEST(found[0].latencies.total() == found[0].opened);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_opened_is_told)
{
  opener_fleet fleet({.places = {mount.path()}, .files = 2, .opens = 10, .opens_before = 3});
  for (const auto& file : fs::directory_iterator(mount.path()))
  {
    fs::remove(file);
  }
  fleet.start();
  const auto found = fleet.finish(patience);
  BOOST_TEST(found[0].opened == 0);
  BOOST_TEST(found[0].failed == 13);
  BOOST_TEST(found[0].latencies.total() == 0);
}

BOOST_AUTO_TEST_CASE(a_fleet_that_is_never_started_ends_with_its_object)
{
  const opener_fleet fleet({.places = {mount.path()}, .openers = 4});
}

// Somebody is asked -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(every_responder_answers_exactly_what_is_asked)
{
  for (const auto& argv : responders)
  {
    BOOST_TEST_CONTEXT(argv.front())
    {
      const scratch_mount guarded;
      responder allows(argv, guarded);
      const auto found =
          run({.places = {guarded.path()}, .openers = 4, .opens = 100, .opens_before = 10});
      BOOST_TEST(found[0].opened == 440);
      BOOST_TEST(found[0].failed == 0);
      BOOST_TEST(allows.end() == "answered 440");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_verdict_that_is_kept_is_asked_for_once)
{
  for (const std::string option : {"--keep", "--keep-evictable"})
  {
    for (const auto& argv : responders)
    {
      BOOST_TEST_CONTEXT(argv.front() << " " << option)
      {
        const scratch_mount guarded;
        responder allows({argv.front(), option}, guarded);
        const auto found =
            run({.places = {guarded.path()}, .openers = 2, .files = 8, .opens = 100});
        BOOST_TEST(found[0].opened == 200);
        BOOST_TEST(allows.end() == "answered 16");
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_responder_whom_nobody_asks_ends_too)
{
  for (const auto& argv : responders)
  {
    BOOST_TEST_CONTEXT(argv.front())
    {
      responder allows(argv, mount);
      BOOST_TEST(allows.end() == "answered 0");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_fleet_ends_when_its_responder_dies)
{
  for (const auto& argv : responders)
  {
    BOOST_TEST_CONTEXT(argv.front())
    {
      const scratch_mount guarded;
      opener_fleet fleet({.places = {guarded.path()}, .openers = 4, .opens = 50});
      responder dies(argv, guarded);
      dies.stop();
      fleet.start();
      dies.kill();
      const auto found = fleet.finish(patience);
      BOOST_TEST(found[0].opened == 200);
      BOOST_TEST(found[0].failed == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_fleet_that_nobody_answers_ends_at_its_deadline)
{
  responder silent({"raw_respond_blocking"}, mount);
  silent.stop();
  {
    opener_fleet fleet({.places = {mount.path()}, .openers = 4, .opens = 50});
    fleet.start();
    BOOST_CHECK_THROW(static_cast<void>(fleet.finish(std::chrono::milliseconds(100))),
                      std::runtime_error);
  } // returns, for the openers are killed
  silent.kill();
}

BOOST_AUTO_TEST_SUITE_END()

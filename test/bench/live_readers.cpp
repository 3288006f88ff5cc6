// The readers that are measured live tell exactly what the storm did, each of them the same.

#include "harness/scratch.hpp"
#include "harness/system_call_counter.hpp"
#include "live/live_storm.hpp"
#include "support/requires.hpp"
#include <fanio/event_mask.hpp>
#include <fanio/unique_fd.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>

namespace fanio::bench {

inline std::ostream& operator<<(std::ostream& out, const storm_watcher& w)
{
  return out << w.name;
}

} // namespace fanio::bench

namespace {

using namespace std::chrono_literals;
using namespace fanio::bench;
namespace data = boost::unit_test::data;
namespace utf = boost::unit_test;

run_options program_options()
{
  run_options options;
  options.programs = FANIO_BENCH_PROGRAMS;
  return options;
}

std::vector<storm_watcher> all_watchers()
{
  std::vector<storm_watcher> all{
      raw_watcher("raw"),
      raw_watcher("raw_small_reads", 0us, true, 4096),
      raw_watcher("raw_100us", 100us),
      raw_watcher("raw_5ms", 5ms),
  };
  for (const std::string style : {"callback", "coroutine"})
  {
    all.push_back(library_watcher(style, 0us, {"--style", style}));
    all.push_back(library_watcher(style + "_100us", 100us, {"--style", style}));
    all.push_back(library_watcher(style + "_5ms", 5ms, {"--style", style}));
    all.push_back(library_watcher(style + "_busy", 0us, {"--style", style, "--busy-poll", "50"}));
    all.push_back(
        library_watcher(style + "_small_reads", 100us, {"--style", style, "--buffer", "4096"}));
  }
  return all;
}

/// What is to be seen of a storm, by one who finds paths.
live_counts counts_of(const storm& s)
{
  using fanio::event_mask;
  live_counts sum{};
  for (std::size_t i = 0; i < s.operations; ++i)
  {
    const auto directory = s.root / ("d" + std::to_string(i % s.directories));
    const auto length = (directory / ("f" + std::to_string(i))).native().size();
    const auto masks = s.kind == storm_kind::open_close
                           ? event_mask::open | event_mask::close_nowrite
                           : event_mask::create | event_mask::rename | event_mask::delete_;
    sum.masks += fanio::to_underlying(masks);
    sum.path_bytes += length * changes_of(s) / s.operations; // "r" is as long as "f"
  }
  sum.changes = changes_of(s);
  return sum;
}

struct storm_fixture
{
  storm_fixture()
  {
    enter_private_mounts();
    mount.emplace();
  }

  storm prepared(storm_kind kind) const
  {
    const storm s{
        .kind = kind, .root = mount->path() / "storm", .directories = 20, .operations = 1500};
    s.prepare();
    return s;
  }

  static void check(const storm_result& result, const storm& s)
  {
    const auto wanted = counts_of(s);
    BOOST_TEST(result.seen.changes == wanted.changes);
    BOOST_TEST(result.seen.masks == wanted.masks);
    BOOST_TEST(result.seen.path_bytes == wanted.path_bytes);
    BOOST_TEST(result.seen.unresolved == 0U);
    BOOST_TEST(result.seen.overflows == 0U);
    BOOST_TEST(result.seen.reads <= result.seen.events);
    BOOST_TEST(result.cpu > 0ns);
  }

  run_options options = program_options();
  std::optional<scratch_mount> mount;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(live_readers, storm_fixture, *utf::precondition(test::is_privileged))

BOOST_DATA_TEST_CASE(sees_all_opens, data::make(all_watchers()), watcher)
{
  const auto s = prepared(storm_kind::open_close);
  const live_reader reader(command_of(options, watcher, s));
  check(run_live(reader, s), s);
  check(run_queued(reader, s), s);
}

BOOST_DATA_TEST_CASE(sees_all_names, data::make(all_watchers()), watcher)
{
  const auto s = prepared(storm_kind::churn);
  const live_reader reader(command_of(options, watcher, s));
  check(run_live(reader, s), s);
  check(run_queued(reader, s), s);
}

BOOST_AUTO_TEST_CASE(without_paths_the_names_are_counted)
{
  const auto s = prepared(storm_kind::open_close);
  const auto raw = raw_watcher("raw", 0us, false);
  std::optional<live_counts> first;
  for (const auto& watcher :
       {raw, library_watcher("callback", 0us, {"--style", "callback", "--no-paths"}),
        library_watcher("for_each", 0us, {"--style", "for_each", "--no-paths"}),
        library_watcher("for_each_linger", 1ms, {"--style", "for_each", "--no-paths"})})
  {
    const live_reader reader(command_of(options, watcher, s));
    const auto seen = run_queued(reader, s).seen;
    first = first.value_or(seen);
    BOOST_TEST_CONTEXT(watcher)
    {
      BOOST_TEST(seen.events == s.operations); // open and close have merged
      BOOST_TEST(seen.changes == changes_of(s));
      BOOST_TEST(seen.masks == first->masks);
      BOOST_TEST(seen.path_bytes == first->path_bytes);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_programs_for_other_cases_see_the_same)
{
  const auto s = prepared(storm_kind::open_close);
  for (const std::string program : {"fanio_reader_counting", "fanio_reader_io_uring"})
  {
    if (std::filesystem::exists(options.programs + '/' + program))
    {
      const live_reader reader(command_of(options, library_watcher(program, 0us, {}, program), s));
      check(run_live(reader, s), s);
      check(run_queued(reader, s), s);
      BOOST_TEST((reader.counts().allocations > 0) == (program == "fanio_reader_counting"));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_does_not_come_is_not_waited_for_without_end)
{
  auto s = prepared(storm_kind::open_close);
  const live_reader reader(command_of(options, raw_watcher("raw"), s));
  BOOST_TEST(reader.wait_for(1).changes == 0U);
}

BOOST_AUTO_TEST_CASE(a_reader_that_fails_says_why)
{
  const auto missing = [this](const std::string& board) -> std::vector<std::string>
  { return {options.programs + "/fanio_reader", "storm", "/nowhere", "opens", board}; };
  BOOST_CHECK_EXCEPTION(
      live_reader{missing}, std::runtime_error, [](const std::runtime_error& e)
      { return std::string(e.what()).find("nothing at this path") != std::string::npos; });
}

BOOST_AUTO_TEST_CASE(a_delay_is_that_of_the_event_and_of_nothing_else)
{
  const auto file = mount->path() / "file";
  const auto open_file = [&file]
  {
    BOOST_TEST_REQUIRE(
        bool(fanio::unique_fd(::open(file.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0600))));
  };
  open_file();
  for (const std::string program : {"fanio_raw_live", "fanio_reader"})
  {
    const live_reader reader(
        [&](const std::string& board) -> std::vector<std::string>
        { return {options.programs + '/' + program, "delay", mount->path().native(), board}; });
    for (int i = 0; i < 100; ++i)
    {
      const auto delay = reader.delay_of(open_file);
      BOOST_TEST(delay > 0ns);
      BOOST_TEST(delay < 2s);
    }
    BOOST_CHECK_THROW(static_cast<void>(reader.delay_of([] {})), std::runtime_error);
  }
}

BOOST_AUTO_TEST_CASE(system_calls_are_counted)
{
  const auto s = prepared(storm_kind::open_close);
  const live_reader reader(command_of(options, raw_watcher("raw"), s));
  warm_up(reader, s); // or the paths of the directories would be asked for
  std::optional<system_call_counter> calls;
  try
  {
    calls.emplace(reader.id());
  }
  catch (const std::system_error& e)
  {
    BOOST_TEST_MESSAGE("needs a tracepoint: " << e.what());
    return;
  }
  const auto before = calls->count();
  const auto seen = run_queued(reader, s).seen;
  const auto made = calls->count() - before;
  BOOST_TEST(made >= seen.reads);
  BOOST_TEST(made <= 3 * seen.reads + 5); // to wait, to read, to read that there is no more
}

BOOST_AUTO_TEST_SUITE_END()

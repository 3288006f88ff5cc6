// The storms of the benchmarks: there are as many events as they say.

#include "load/storm.hpp"

#include "harness/scratch.hpp"
#include "support/requires.hpp"
#include <fanio/basic_fanotify_handle.hpp>

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <system_error>

namespace fs = std::filesystem;
namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::bench::storm;
using fanio::bench::storm_kind;

namespace {

/// A storm on a filesystem of its own, and a group that watches all of that.
struct watched_storm
{
  explicit watched_storm(storm_kind kind)
      : blowing{.kind = kind, .root = mount.path(), .directories = 7, .operations = 300}
  {
    blowing.prepare();
  }

  void watch(event_mask events)
  {
    group.add_mark(mount.path(), events, fanio::mark_target::filesystem);
  }

  /// Reads all that is queued.
  void count()
  {
    group.non_blocking(true);
    fanio::event_buffer buffer;
    fanio::error_code ec;
    while (!ec)
    {
      for (const auto e : group.read_events(buffer, ec))
      {
        ++counts[e.mask()];
        names.emplace(e.name().value_or(""));
      }
    }
    BOOST_TEST(ec == boost::asio::error::would_block);
  }

  fanio::bench::scratch_mount mount;
  storm blowing;
  boost::asio::io_context context;
  fanio::fanotify_handle group{
      context, {.flags = fanio::init_flags::report_dfid_name | fanio::init_flags::unlimited_queue}};
  std::map<event_mask, std::size_t> counts;
  std::set<std::string> names;
};

[[nodiscard]] std::size_t entries_of(const fs::path& directory)
{
  const fs::recursive_directory_iterator all(directory);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

} // namespace

BOOST_AUTO_TEST_SUITE(storms, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(creates_files_of_their_own)
{
  watched_storm s(storm_kind::create);
  s.watch(event_mask::create);
  BOOST_TEST(s.blowing.blow().count() > 0);
  s.count();
  BOOST_TEST(s.counts.size() == 1U);
  BOOST_TEST(s.counts[event_mask::create] == 300U);
  BOOST_TEST(s.names.size() == 300U);
  BOOST_TEST(entries_of(s.mount.path()) == 307U);
  BOOST_TEST(fs::exists(s.mount.path() / "d6" / "f6"));
}

BOOST_AUTO_TEST_CASE(directories_may_lie_in_each_other)
{
  const fanio::bench::scratch_mount mount;
  const storm s{.root = mount.path(), .directories = 7, .operations = 14, .depth = 3};
  s.prepare();
  s.blow();
  BOOST_TEST(fs::exists(mount.path() / "d3/d4/d5/f12"));
  BOOST_TEST(fs::exists(mount.path() / "d6/f13"));
  BOOST_TEST(entries_of(mount.path()) == 21U);
}

BOOST_AUTO_TEST_CASE(opens_files_that_are_there)
{
  watched_storm s(storm_kind::open_close);
  s.watch(event_mask::open | event_mask::create);
  s.blowing.blow();
  s.count();
  BOOST_TEST(s.counts.size() == 1U);
  BOOST_TEST(s.counts[event_mask::open] == 300U);
  BOOST_TEST(s.names.size() == 300U);
}

BOOST_AUTO_TEST_CASE(makes_renames_and_removes)
{
  watched_storm s(storm_kind::churn);
  s.watch(event_mask::create | event_mask::rename | event_mask::delete_);
  s.blowing.blow();
  s.count();
  BOOST_TEST(s.counts.size() == 3U);
  BOOST_TEST(s.counts[event_mask::create] == 300U);
  BOOST_TEST(s.counts[event_mask::rename] == 300U);
  BOOST_TEST(s.counts[event_mask::delete_] == 300U);
  BOOST_TEST(entries_of(s.mount.path()) == 7U);
}

BOOST_AUTO_TEST_CASE(can_begin_again_when_cleared)
{
  watched_storm s(storm_kind::create);
  s.blowing.blow();
  s.blowing.clear();
  BOOST_TEST(entries_of(s.mount.path()) == 0U);
  s.blowing.prepare();
  s.blowing.blow();
  BOOST_TEST(entries_of(s.mount.path()) == 307U);
}

BOOST_AUTO_TEST_CASE(tell_what_failed)
{
  watched_storm s(storm_kind::create);
  s.blowing.blow();
  BOOST_CHECK_THROW(s.blowing.blow(), std::system_error); // the files are there already
  BOOST_CHECK_THROW(s.blowing.prepare(), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()

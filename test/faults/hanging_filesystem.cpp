// A filesystem whose server does not answer: others are still told what happens, and asked.

#include "support/guarded_file.hpp"
#include "support/reading_thread.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace utf = boost::unit_test;
using fanio::event_buffer;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::response;

namespace {

/// Beside the file of the filesystem that works there is one of a FUSE filesystem, whose server is
/// a process that can be stopped.
struct hanging_filesystem_fixture : test::guarded_file
{
  /// The filesystem that works is told of and asked for as ever.
  void check_others()
  {
    auto told = open(init_flags::class_notif);
    told.add_mark(file, event_mask::open);
    auto asked = guard();
    test::opener asker(file);
    asked.respond(next(asked), response::allow());
    BOOST_TEST(asker.result() == 0);
    BOOST_TEST(next(told).mask() == event_mask::open);
  }

  test::mount_point source = test::private_tmpfs();
  std::filesystem::path behind = source.write("hanging");
  test::private_fuse place{source.path()};
  std::filesystem::path hanging = place / "hanging";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(hanging_filesystem, hanging_filesystem_fixture,
                         *utf::precondition(test::is_privileged) *
                             utf::precondition(test::has_program("bindfs")))

BOOST_AUTO_TEST_CASE(a_process_that_hangs_in_its_filesystem_stops_nobody_elses_events)
{
  auto group = open(init_flags::class_notif);
  group.add_mark(hanging, event_mask::open);
  group.add_mark(file, event_mask::open);
  place.server().stop();
  test::opener stuck(hanging);

  BOOST_TEST(test::opener(file).result() == 0);
  BOOST_TEST(next(group).mask() == event_mask::open);
  check_others();

  BOOST_TEST(!stuck.has_ended());
  place.server().go_on();
  BOOST_TEST(stuck.result() == 0);
  const auto rest = drain(group);
  BOOST_TEST(rest.back().pid() == stuck.pid());
}

// The kernel makes the descriptor of an event in the read, by asking the filesystem.
BOOST_AUTO_TEST_CASE(a_read_that_needs_a_descriptor_there_waits_and_other_groups_do_not)
{
  auto group = open(init_flags::class_notif);
  group.add_mark(hanging, event_mask::open);
  test::try_open(hanging);
  place.server().stop();
  std::atomic<pid_t> id = 0;
  std::size_t events = 0;
  {
    const std::jthread reader(
        [&]
        {
          id = ::gettid();
          id.notify_one();
          event_buffer own;
          events = group.read_events(own).size();
        });
    id.wait(0);
    test::await_reading(id);
    check_others();
    place.server().go_on();
  }
  BOOST_TEST(events == 1);
}

BOOST_AUTO_TEST_CASE(a_group_by_handle_needs_nothing_of_the_filesystem)
{
  auto group = open(init_flags::report_fid);
  group.add_mark(hanging, event_mask::open);
  test::try_open(hanging);
  place.server().stop();
  const auto events = drain(group);
  BOOST_REQUIRE(events.size() == 1);
  BOOST_TEST(events[0].fid().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

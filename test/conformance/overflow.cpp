// D. The queue: its order, and its end.

#include "support/file_scenario.hpp"
#include <fanio/detail/wire.hpp>

#include <fstream>

namespace utf = boost::unit_test;
using fanio::event;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::group_options;
using fanio::init_flags;
using fanio::mark_target;

namespace {

std::size_t queue_limit()
{
  std::size_t limit = 0;
  std::ifstream("/proc/sys/fs/fanotify/max_queued_events") >> limit;
  return limit;
}

/// What the kernel wrote where the descriptor stands.
std::int32_t raw_fd(const event& e)
{
  namespace wire = fanio::detail::wire;
  return wire::load<std::int32_t>(e.bytes().data() + wire::event::fd);
}

/// One file more than the queue takes, each opened once.
struct overflow_fixture : test::scenario
{
  overflow_fixture()
  {
    // Each event has a descriptor, and one read must not bring more of them than there may be.
    constexpr std::size_t events_a_read = 512;
    buffer.emplace(events_a_read * fanio::detail::wire::event::size);
    for (std::size_t i = 0; i < limit + 1; ++i)
    {
      files.push_back(
          test::inode_of(test::open_file(fs / std::to_string(i), O_CREAT | O_RDWR).get()));
    }
  }

  fanotify_handle watch_all_openings(const group_options& options)
  {
    auto group = open(options);
    group.add_mark(fs.path(), event_mask::open, mark_target::mount);
    for (std::size_t i = 0; i <= limit; ++i)
    {
      test::open_file(fs / std::to_string(i));
    }
    return group;
  }

  struct queue_contents
  {
    std::vector<ino_t> opened;
    std::vector<std::int32_t> overflows; ///< The raw descriptor of each.
  };

  /// All that is queued; its overflows must come last, and be nothing else.
  queue_contents read_all(fanotify_handle& group)
  {
    queue_contents all;
    while (group.queued() != 0)
    {
      for (const auto& e : read(group))
      {
        if (e.is_overflow())
        {
          BOOST_TEST(e.mask() == event_mask::q_overflow);
          BOOST_TEST(e.fd() == -1);
          BOOST_TEST(e.pid() == 0);
          all.overflows.push_back(raw_fd(e));
          continue;
        }
        BOOST_REQUIRE(all.overflows.empty());
        BOOST_REQUIRE(e.mask() == event_mask::open);
        all.opened.push_back(test::inode_of(e.fd()));
      }
    }
    return all;
  }

  void check_overflow(const group_options& options, std::int32_t overflow_fd)
  {
    auto group = watch_all_openings(options);
    BOOST_TEST(group.queued() == limit + 1);
    const auto all = read_all(group);
    files.pop_back(); // its event found no room
    BOOST_TEST((all.opened == files));
    BOOST_TEST((all.overflows == std::vector{overflow_fd}));
  }

  std::size_t limit = queue_limit();
  test::mount_point fs = test::private_tmpfs();
  std::vector<ino_t> files;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(overflow, overflow_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(D01_a_full_queue_ends_in_one_overflow_event)
{
  constexpr int no_fd = -1; // FAN_NOFD
  check_overflow({.report_lost_events = false}, no_fd);
}

BOOST_AUTO_TEST_CASE(D02_the_descriptor_of_an_overflow_is_ebadf_where_descriptors_tell_errors,
                     *utf::precondition(test::has<init_flags::report_fd_error>))
{
  check_overflow({.flags = init_flags::report_fd_error}, -EBADF);
}

BOOST_AUTO_TEST_CASE(D03_an_unlimited_queue_loses_nothing)
{
  auto group = watch_all_openings({.flags = init_flags::unlimited_queue});
  const auto all = read_all(group);
  BOOST_TEST((all.opened == files));
  BOOST_TEST(all.overflows.empty());
}

BOOST_AUTO_TEST_SUITE_END()

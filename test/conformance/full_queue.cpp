// X. The queue is full: what comes instead of events, and who is let through unasked.

#include "support/flood.hpp"
#include "support/guarded_file.hpp"
#include <fanio/detail/wire.hpp>

#include <string>

namespace utf = boost::unit_test;
namespace wire = fanio::detail::wire;
using fanio::event;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::group_options;
using fanio::init_flags;
using fanio::mark_target;

namespace {

struct full_queue_fixture : test::guarded_file
{
  full_queue_fixture() { buffer.emplace(200 * wire::event::size); } // and so many descriptors

  /// A group that was told as much as its queue holds, and the last file that it was told of.
  fanotify_handle full_group(const group_options& options)
  {
    auto group = open(options);
    group.add_mark(many.path(), event_mask::open, mark_target::mount);
    last_file = test::open_many(many.path(), test::queue_limit());
    BOOST_REQUIRE(group.queued() == test::queue_limit());
    return group;
  }

  /// Reads all: how many events there were, and the last of them.
  std::pair<std::size_t, event> drop_all(fanotify_handle& group)
  {
    std::pair<std::size_t, event> result;
    while (group.queued() > 0)
    {
      auto events = read(group);
      result.first += events.size();
      result.second = std::move(events.back());
    }
    return result;
  }

  /// The shape of an overflow event: its descriptor and its pidfd are these numbers.
  void check_overflow(init_flags flags, bool fd_error, int fd, int pidfd)
  {
    auto group = full_group({.flags = flags, .report_lost_events = fd_error});
    test::open_many(many.path(), 1);

    const auto [count, overflow] = drop_all(group);

    BOOST_TEST(count == test::queue_limit() + 1);
    BOOST_TEST(overflow.is_overflow());
    BOOST_TEST(overflow.mask() == event_mask::q_overflow);
    BOOST_TEST(overflow.pid() == 0);
    BOOST_TEST(!overflow.lost());
    const bool has_pidfd = has_any(flags, init_flags::report_pidfd);
    BOOST_REQUIRE(overflow.bytes().size() == (has_pidfd ? 32 : 24));
    BOOST_TEST(wire::load<std::int32_t>(overflow.bytes().data() + wire::event::fd) == fd);
    if (has_pidfd)
    {
      const auto record = *overflow.records().begin();
      BOOST_TEST(wire::load<std::int32_t>(record.bytes().data() + wire::pidfd::fd) == pidfd);
    }
  }

  test::mount_point many = test::private_tmpfs();
  std::filesystem::path last_file;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(full_queue, full_queue_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(X26_with_a_limited_queue_that_is_full_access_is_allowed_unasked)
{
  auto group = full_group({.flags = init_flags::class_content, .limited_queue = true});
  group.add_mark(file, event_mask::open_perm);

  BOOST_TEST(test::opener(file).result() == 0);

  const auto [count, last] = drop_all(group);
  BOOST_TEST(count == test::queue_limit() + 1);
  BOOST_TEST(last.is_overflow());
}

BOOST_AUTO_TEST_CASE(X26_but_the_queue_of_a_permission_group_is_unlimited_unless_told_otherwise)
{
  auto group = full_group(content);
  group.add_mark(file, event_mask::open_perm);
  test::opener asker(file);
  await_queued(group, test::queue_limit() + 1);

  auto [count, last] = drop_all(group);

  BOOST_TEST(count == test::queue_limit() + 1);
  BOOST_TEST(last.mask() == event_mask::open_perm);
  group.respond(last, fanio::response::deny());
  BOOST_TEST(asker.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(X27_an_overflow_event_is_about_no_object)
{
  check_overflow(init_flags::class_notif, false, -1, 0);
}

BOOST_AUTO_TEST_CASE(X27_nor_about_a_process,
                     *utf::precondition(test::has<init_flags::report_pidfd>))
{
  check_overflow(init_flags::report_pidfd, false, -1, -1);
}

BOOST_AUTO_TEST_CASE(X27_with_fd_error_it_has_errors_for_numbers,
                     *utf::precondition(test::has<init_flags::report_fd_error>))
{
  check_overflow(init_flags::report_pidfd, true, -EBADF, -ESRCH);
}

BOOST_AUTO_TEST_CASE(X28_a_full_queue_merges_nothing)
{
  auto group = full_group({});
  test::try_open(last_file); // would merge with the last event if there were room

  const auto [count, last] = drop_all(group);

  BOOST_TEST(count == test::queue_limit() + 1);
  BOOST_TEST(last.is_overflow());
}

BOOST_AUTO_TEST_SUITE_END()

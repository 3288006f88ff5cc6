// G. The flags of descriptors: the group's own, and those of events.

#include "support/file_scenario.hpp"

#include <sys/syscall.h>

namespace utf = boost::unit_test;
using fanio::error_code;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;

namespace {

/// fanotify_init(2) as a program without fanio calls it.
fanio::unique_fd open_raw_group(init_flags flags)
{
  fanio::unique_fd fd(static_cast<int>(
      ::syscall(SYS_fanotify_init, static_cast<unsigned>(flags), unsigned{O_RDONLY})));
  BOOST_REQUIRE(fd);
  return fd;
}

bool is_closed_by_exec(int fd)
{
  const int flags = ::fcntl(fd, F_GETFD);
  BOOST_REQUIRE(flags >= 0);
  return (flags & FD_CLOEXEC) != 0;
}

bool is_non_blocking(int fd)
{
  const int flags = ::fcntl(fd, F_GETFL);
  BOOST_REQUIRE(flags >= 0);
  return (flags & O_NONBLOCK) != 0;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(descriptor_flags, test::file_scenario,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(G01_the_kernel_closes_a_group_by_exec_only_where_asked_to)
{
  BOOST_TEST(!is_closed_by_exec(open_raw_group(init_flags::class_notif).get()));
  BOOST_TEST(is_closed_by_exec(open_raw_group(init_flags::cloexec).get()));
}

BOOST_AUTO_TEST_CASE(G01_a_group_that_a_handle_opens_is_closed_by_exec)
{
  const auto group = open(init_flags::class_notif);
  BOOST_TEST(is_closed_by_exec(group.native_handle()));
  BOOST_TEST(has_all(group.flags(), init_flags::cloexec | init_flags::nonblock));
}

BOOST_AUTO_TEST_CASE(G01_a_group_that_a_handle_adopts_is_closed_by_exec)
{
  fanotify_handle group(context, open_raw_group(init_flags::class_notif).release());
  BOOST_TEST(is_closed_by_exec(group.native_handle()));
  BOOST_TEST(is_non_blocking(group.native_handle()));
}

BOOST_AUTO_TEST_CASE(G01_the_descriptor_of_an_event_is_closed_by_exec)
{
  auto group = open(init_flags::class_notif);
  group.add_mark(file, event_mask::open);
  test::open_file(file);
  const auto events = drain(group);
  BOOST_REQUIRE(events.size() == 1);
  BOOST_TEST(is_closed_by_exec(events.front().fd()));
}

BOOST_AUTO_TEST_CASE(G02_an_empty_queue_is_eagain)
{
  const auto raw = open_raw_group(init_flags::nonblock);
  char byte = 0;
  BOOST_TEST(::read(raw.get(), &byte, 1) == -1);
  BOOST_TEST(errno == EAGAIN);

  auto group = open(init_flags::class_notif);
  BOOST_TEST(is_non_blocking(group.native_handle()));
  error_code ec;
  BOOST_TEST(group.read_events(*buffer, ec).empty());
  BOOST_TEST(ec == boost::asio::error::would_block);
}

BOOST_AUTO_TEST_CASE(G02_an_asynchronous_read_of_an_empty_queue_waits)
{
  auto group = open(init_flags::class_notif);
  error_code result;
  bool done = false;
  group.async_read_events(*buffer,
                          [&](error_code ec, const fanio::event_range&)
                          {
                            done = true;
                            result = ec;
                          });
  context.poll();
  BOOST_TEST(!done);
  group.cancel();
  run_until([&] { return done; });
  BOOST_TEST(result == boost::asio::error::operation_aborted);
}

BOOST_AUTO_TEST_SUITE_END()

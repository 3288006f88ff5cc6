// Reads of a queue that holds more than fits into a buffer.

#include "support/context_fixture.hpp"

#include <boost/asio/post.hpp>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <string>

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::size_t epoll_changes = 0;
int epoll_error = 0; // what each change ends with; 0: none does

} // namespace

/// In the place of the C library's, for Asio is compiled into this program.
extern "C" int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept
{
  ++epoll_changes;
  if (epoll_error != 0)
  {
    errno = epoll_error;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_epoll_ctl, epoll, operation, fd, event));
}

using fanio::error_code;
using fanio::event_buffer;
using fanio::event_range;
using fanio::fanotify_handle;
using fanio::read_options;
using namespace std::chrono_literals;

namespace {

struct draining_fixture : test::watching_fixture
{
  /// Reads until it has so many events. How often was a descriptor put into an epoll, or changed?
  std::size_t changes_of_reading(std::size_t wanted, const read_options& options = {})
  {
    missing = wanted;
    const auto before = epoll_changes;
    read(options);
    run();
    BOOST_TEST(missing == 0U);
    return epoll_changes - before;
  }

  /// Asio on io_uring has no epoll.
  static void expect_changes(std::size_t made, std::size_t expected)
  {
#ifdef BOOST_ASIO_HAS_IO_URING_AS_DEFAULT
    expected = 0;
#endif
    BOOST_TEST(made == expected);
  }

  void read(const read_options& options)
  {
    group.async_read_events(buffer, options,
                            [this, options](error_code ec, event_range events)
                            {
                              BOOST_TEST(!ec);
                              ++reads;
                              missing -= events.size();
                              if (missing > 0)
                              {
                                read(options);
                              }
                            });
  }

  std::size_t missing = 0;
  std::size_t reads = 0;
  event_buffer buffer{2048};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(draining, draining_fixture)

BOOST_AUTO_TEST_CASE(only_the_first_read_of_a_full_queue_waits_in_the_reactor)
{
  write_files(200);
  const auto changes = changes_of_reading(200);
  BOOST_TEST(reads > 5U);
  expect_changes(changes, 1);
}

BOOST_AUTO_TEST_CASE(a_read_that_leaves_room_is_followed_by_one_that_waits)
{
  write_files(1);
  static_cast<void>(changes_of_reading(1));
  write_files(1);
  const auto changes = changes_of_reading(1);
  BOOST_TEST(reads == 2U);
  expect_changes(changes, 1);
}

BOOST_AUTO_TEST_CASE(a_queue_that_is_empty_after_a_full_read_is_waited_for)
{
  write_files(200);
  const auto rest = changes_of_reading(200);
  BOOST_TEST(rest < 200U);
  std::size_t count = 0;
  group.async_read_events(buffer, [&](error_code, event_range events) { count = events.size(); });
  context.restart();
  context.poll();
  BOOST_TEST(count == 0U);
  write_files(1);
  run();
  BOOST_TEST(count == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_left_of_a_full_read_waits_no_second_linger)
{
  write_files(200);
  // The first linger ends early, for enough are queued; no other would.
  static_cast<void>(changes_of_reading(200, {.linger = 1h, .enough = 150}));
}

#ifndef BOOST_ASIO_HAS_IO_URING_AS_DEFAULT
BOOST_AUTO_TEST_CASE(the_handler_of_a_read_that_can_not_wait_again_may_close_the_handle)
{
  group.async_read_events(buffer, {.linger = 20ms},
                          [&](error_code ec, event_range)
                          {
                            BOOST_TEST(ec == boost::system::errc::no_space_on_device);
                            group.close();
                          });
  write_files(1);
  context.poll(); // it lingers, out of the reactor
  event_buffer another;
  BOOST_TEST(group.read_events(another).size() == 1U);
  epoll_error = ENOSPC; // fs.epoll.max_user_watches
  run();
  epoll_error = 0;
  BOOST_TEST(!group.is_open());
}
#endif

BOOST_AUTO_TEST_CASE(others_have_their_turn_between_the_reads)
{
  write_files(200);
  std::size_t reads_before = 0;
  missing = 200;
  read({});
  boost::asio::post(context, [&] { reads_before = reads; });
  run();
  BOOST_TEST(reads_before < reads);
}

BOOST_AUTO_TEST_SUITE_END()

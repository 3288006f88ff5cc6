// X. A group under io_uring: it waits, reads, answers and is cancelled there too.

#include "support/guarded_file.hpp"
#include "support/ring.hpp"

#include <array>
#include <cstdint>

#include <sys/fanotify.h>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;

namespace {

/// What the operations of these tests are known by.
enum id : std::uint64_t
{
  polling,
  reading,
  writing,
  cancelling,
};

struct io_uring_fixture : test::guarded_file
{
  /// Once with a group that blocks, and once with one that does not.
  template <typename Row>
  void both_ways(Row&& row)
  {
    for (const bool blocks : {false, true})
    {
      BOOST_TEST_CONTEXT((blocks ? "blocking" : "non-blocking"))
      {
        auto group = open(content);
        set_blocking(group, blocks);
        row(group);
      }
    }
  }

  static void set_blocking(const fanotify_handle& group, bool blocks)
  {
    BOOST_REQUIRE(::fcntl(group.native_handle(), F_SETFL, blocks ? 0 : O_NONBLOCK) == 0);
  }

  static io_uring_sqe operation(io_uring_op code, id name, int fd)
  {
    io_uring_sqe sqe{};
    sqe.opcode = static_cast<std::uint8_t>(code);
    sqe.fd = fd;
    sqe.user_data = name;
    return sqe;
  }

  void poll(const fanotify_handle& group)
  {
    auto sqe = operation(IORING_OP_POLL_ADD, polling, group.native_handle());
    sqe.poll32_events = POLLIN;
    sqe.len = IORING_POLL_ADD_MULTI;
    uring.submit(sqe);
  }

  void read_one(const fanotify_handle& group)
  {
    auto sqe = operation(IORING_OP_READ, reading, group.native_handle());
    sqe.addr = reinterpret_cast<std::uintptr_t>(&event);
    sqe.len = sizeof event;
    uring.submit(sqe);
  }

  void write(const fanotify_handle& group, const fanotify_response& answer)
  {
    auto sqe = operation(IORING_OP_WRITE, writing, group.native_handle());
    sqe.addr = reinterpret_cast<std::uintptr_t>(&answer);
    sqe.len = sizeof answer;
    uring.submit(sqe);
  }

  /// Both complete: what was cancelled with ECANCELED.
  void cancel(id name)
  {
    auto sqe = operation(IORING_OP_ASYNC_CANCEL, cancelling, -1);
    sqe.addr = name;
    uring.submit(sqe);
    for (int i = 0; i < 2; ++i)
    {
      const auto done = uring.next();
      BOOST_TEST(done.result == (done.id == cancelling ? 0 : -ECANCELED));
    }
  }

  test::ring uring;
  fanotify_event_metadata event{};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(under_io_uring, io_uring_fixture,
                         *utf::precondition(test::is_privileged) *
                             utf::precondition(test::has_io_uring))

BOOST_AUTO_TEST_CASE(X32_a_poll_tells_every_event_until_it_is_cancelled)
{
  both_ways(
      [&](fanotify_handle& group)
      {
        const auto other = fs.write("other");
        group.add_mark(fs.path(), event_mask::open | event_mask::event_on_child);
        poll(group);
        BOOST_TEST(!uring.has_completion());
        for (const auto& one : {file, other})
        {
          test::try_open(one);
          const auto ready = uring.next();
          BOOST_TEST(ready.result == POLLIN);
          BOOST_TEST(ready.goes_on);
        }
        cancel(polling);
        BOOST_TEST(drain(group).size() == 2);
      });
}

BOOST_AUTO_TEST_CASE(X32_a_read_waits_for_an_event_and_brings_its_descriptor)
{
  both_ways(
      [&](fanotify_handle& group)
      {
        group.add_mark(file, event_mask::open);
        read_one(group);
        BOOST_TEST(!uring.has_completion());
        test::try_open(file);
        BOOST_TEST(uring.next().result == 24);
        BOOST_TEST(event.mask == FAN_OPEN);
        BOOST_TEST(::close(event.fd) == 0);
      });
}

BOOST_AUTO_TEST_CASE(X32_a_read_that_is_cancelled_has_taken_nothing)
{
  both_ways(
      [&](fanotify_handle& group)
      {
        group.add_mark(file, event_mask::open);
        read_one(group);
        BOOST_TEST(!uring.has_completion());
        cancel(reading);
        test::try_open(file);
        BOOST_TEST(drain(group).size() == 1);
      });
}

BOOST_AUTO_TEST_CASE(X32_a_write_answers)
{
  auto group = guard();
  test::opener asker(file);
  const auto e = next(group);
  const fanotify_response deny{.fd = e.fd(), .response = FAN_DENY};
  write(group, deny);
  BOOST_TEST(uring.next().result == 8);
  BOOST_TEST(asker.result() == EPERM);
}

// io_uring waits until a descriptor that blocks is writable, which a group never is.
BOOST_AUTO_TEST_CASE(X32_a_write_to_a_blocking_group_waits_for_ever)
{
  auto group = guard();
  test::opener asker(file);
  const auto e = next(group);
  const fanotify_response deny{.fd = e.fd(), .response = FAN_DENY};
  set_blocking(group, true);

  write(group, deny);
  BOOST_TEST(!uring.has_completion());
  cancel(writing);
  BOOST_TEST(!asker.has_ended());

  group.respond(e, fanio::response::allow());
  BOOST_TEST(asker.result() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

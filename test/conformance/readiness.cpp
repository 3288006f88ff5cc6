// X. When a group is readable, as poll(2), epoll(7) and a blocked reader see it.

#include "support/guarded_file.hpp"
#include "support/reading_thread.hpp"
#include <fanio/detail/wire.hpp>

#include <array>
#include <atomic>
#include <thread>

#include <sys/epoll.h>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_target;

namespace {

/// An edge-triggered look at a group.
class edges
{
public:
  explicit edges(int group) : group_(group) { control(EPOLL_CTL_ADD); }

  /// Whether there was an edge since the last call.
  [[nodiscard]] bool seen() const
  {
    epoll_event event{};
    return ::epoll_wait(epoll_.get(), &event, 1, 0) == 1;
  }

  void arm_again() { control(EPOLL_CTL_MOD); }

private:
  void control(int command)
  {
    epoll_event event{.events = EPOLLIN | EPOLLET, .data = {}};
    BOOST_REQUIRE(::epoll_ctl(epoll_.get(), command, group_, &event) == 0);
  }

  int group_;
  fanio::unique_fd epoll_{::epoll_create1(EPOLL_CLOEXEC)};
};

short polled(const fanotify_handle& group)
{
  pollfd p{.fd = group.native_handle(), .events = POLLIN | POLLOUT | POLLPRI, .revents = 0};
  ::poll(&p, 1, 0);
  return p.revents;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(readiness, test::guarded_file, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(X30_an_edge_comes_with_every_event_queued_and_with_no_other)
{
  const auto other = fs.write("other");
  auto group = open(init_flags::class_notif);
  group.add_mark(fs.path(), event_mask::open, mark_target::filesystem);
  edges edge(group.native_handle());
  BOOST_TEST(!edge.seen());

  test::try_open(file);
  BOOST_TEST(edge.seen());
  test::try_open(other);
  BOOST_TEST(edge.seen());
  test::try_open(other); // merges
  BOOST_TEST(group.queued() == 2);
  BOOST_TEST(!edge.seen());

  buffer.emplace(fanio::detail::wire::event::size);
  BOOST_TEST(read(group).size() == 1);
  BOOST_TEST(group.queued() == 1);
  BOOST_TEST(!edge.seen());
  edge.arm_again();
  BOOST_TEST(edge.seen());
}

BOOST_AUTO_TEST_CASE(X31_a_group_is_never_writable)
{
  auto group = guard();
  BOOST_TEST(polled(group) == 0);
  test::opener asker(file);
  await_queued(group, 1);
  BOOST_TEST(polled(group) == POLLIN);
  const auto e = next(group); // somebody waits for an answer
  BOOST_TEST(polled(group) == 0);
  group.respond(e, fanio::response::allow());
  BOOST_TEST(asker.result() == 0);
}

// Why fanio never blocks inside of a read.
BOOST_AUTO_TEST_CASE(X33_closing_a_group_does_not_wake_who_is_blocked_in_a_read)
{
  auto group = open(init_flags::class_notif);
  group.add_mark(file, event_mask::open);
  fanio::unique_fd raw(group.release());
  BOOST_REQUIRE(::fcntl(raw.get(), F_SETFL, 0) == 0);
  std::array<std::int32_t, 6> event{};
  ssize_t bytes = 0;
  std::atomic<pid_t> id = 0;
  {
    const std::jthread reader(
        [&, fd = raw.get()]
        {
          id = ::gettid();
          id.notify_one();
          bytes = ::read(fd, event.data(), sizeof event);
        });
    id.wait(0);
    test::await_reading(id);
    raw.reset();
    test::try_open(file); // is still told: the group lives until the read has returned
  }
  BOOST_TEST(bytes == 24);
  ::close(event[4]);
}

BOOST_AUTO_TEST_SUITE_END()

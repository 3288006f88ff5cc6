// F. A group that ends while somebody waits for it: nobody stays blocked.

#include "support/file_scenario.hpp"

#include <deque>
#include <thread>

namespace utf = boost::unit_test;
using fanio::event;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::response;

namespace {

/// Reads often; 0, or the errno.
int read_on(const std::filesystem::path& file)
{
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  constexpr int reads = 20;
  for (int i = 0; i < reads; ++i)
  {
    char byte = 0;
    if (::pread(fd, &byte, 1, 0) != 1)
    {
      return errno;
    }
  }
  return 0;
}

/// Until so many events are queued.
void await_queued(const fanotify_handle& group, std::size_t events)
{
  const auto end = std::chrono::steady_clock::now() + test::deadline;
  while (group.queued() < events)
  {
    BOOST_REQUIRE(std::chrono::steady_clock::now() < end);
    std::this_thread::yield();
  }
}

struct teardown_fixture : test::file_scenario
{
  fanotify_handle guard(event_mask mask)
  {
    auto guarding = open(init_flags::class_content);
    guarding.add_mark(file, mask);
    return guarding;
  }

  fanotify_handle group = guard(event_mask::access_perm);
};

/// Sixteen readers, of which four are left without an answer; the others ask again meanwhile, and
/// that is not even read.
struct crowd_fixture : teardown_fixture
{
  static constexpr std::size_t readers = 16;
  static constexpr std::size_t left_waiting = 4;

  crowd_fixture()
  {
    for (std::size_t i = 0; i < readers; ++i)
    {
      crowd.emplace_back([this] { return read_on(file); });
    }
    waiting = await(group, readers);
    BOOST_REQUIRE(waiting.size() == readers);
    while (waiting.size() > left_waiting)
    {
      group.respond(waiting.back(), response::allow());
      waiting.pop_back();
    }
    await_queued(group, readers - left_waiting);
  }

  std::deque<test::forked> crowd;
  std::vector<event> waiting;
};

/// A listener that is a process of its own: it stops itself once it listens, and again when it is
/// asked, with or without having read the request.
struct listener : test::forked
{
  enum class on_request
  {
    read,
    leave_queued,
  };

  listener(const std::filesystem::path& file, on_request then)
      : forked([&] { return listen(file, then); })
  {}

  static int listen(const std::filesystem::path& file, on_request then)
  {
    boost::asio::io_context context;
    fanotify_handle group(context, {.flags = init_flags::class_content});
    group.add_mark(file, event_mask::open_perm);
    ::raise(SIGSTOP);
    fanio::event_buffer buffer;
    await_queued(group, 1);
    if (then == on_request::read)
    {
      group.read_events(buffer);
    }
    ::raise(SIGSTOP);
    return 0;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(teardown, teardown_fixture, *utf::precondition(test::is_privileged))

BOOST_FIXTURE_TEST_CASE(F01_another_group_on_the_file_opens_and_closes_while_many_wait,
                        crowd_fixture)
{
  {
    const auto second = guard(event_mask::access_perm);
  }
  for (auto& reader : crowd)
  {
    BOOST_TEST(!reader.has_ended());
  }
}

BOOST_FIXTURE_TEST_CASE(F02_closing_the_group_lets_all_go_on, crowd_fixture)
{
  group.close();
  for (auto& reader : crowd)
  {
    BOOST_TEST(reader.result() == 0);
  }
}

BOOST_FIXTURE_TEST_CASE(F02_who_waits_can_be_killed, crowd_fixture)
{
  constexpr int by_a_signal = -1;
  for (auto& reader : crowd)
  {
    ::kill(reader.pid(), SIGKILL);
  }
  for (auto& reader : crowd)
  {
    BOOST_TEST(reader.result() == by_a_signal);
  }
  group.close();
}

BOOST_AUTO_TEST_CASE(F03_closing_allows_what_was_read_and_what_was_not)
{
  test::forked first([&] { return read_on(file); });
  const auto events = await(group);
  BOOST_REQUIRE(events.size() == 1);
  test::forked second([&] { return read_on(file); });
  await_queued(group, 1);

  group.close();

  BOOST_TEST(first.result() == 0);
  BOOST_TEST(second.result() == 0);
  BOOST_TEST(test::inode_of(events.front().fd()) == test::inode_of(file));
  char byte = 0;
  BOOST_TEST(::pread(events.front().fd(), &byte, 1, 0) == 1);
}

BOOST_AUTO_TEST_CASE(F04_a_listener_that_is_killed_leaves_what_it_was_asked_allowed)
{
  for (const auto then : {listener::on_request::read, listener::on_request::leave_queued})
  {
    listener process(file, then);
    test::await_stopped(process);
    test::opener opener(file);
    ::kill(process.pid(), SIGCONT);
    test::await_stopped(process);
    BOOST_TEST(!opener.has_ended());
    ::kill(process.pid(), SIGKILL);
    BOOST_TEST(opener.result() == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()

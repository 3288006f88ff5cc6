// What becomes of requests when their group is closed.

#include "support/permission_fixture.hpp"
#include "support/requires.hpp"
#include <fanio/error.hpp>
#include <fanio/event.hpp>

#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace utf = boost::unit_test;
using fanio::errc;
using fanio::error_code;
using fanio::event;
using fanio::response;
using test::fail_closed;

BOOST_FIXTURE_TEST_SUITE(closing, test::permission_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(closing_lets_everybody_through)
{
  auto group = guard();
  test::opener read(file);
  auto taken = next(group).take();
  test::opener queued(file);
  await_queued(group, 1);
  group.close();
  BOOST_TEST(read.result() == 0);
  BOOST_TEST(queued.result() == 0);
  // The event is still good for its descriptor, and nobody waits for its answer.
  BOOST_TEST(taken.fd() >= 0);
}

BOOST_AUTO_TEST_CASE(closing_answers_what_was_read_also_if_another_copy_of_the_group_is_open)
{
  auto group = guard();
  const fanio::unique_fd copy(::fcntl(group.native_handle(), F_DUPFD_CLOEXEC, 0));
  test::opener first(file);
  const auto taken = next(group).take();
  test::opener second(file);
  next(group);
  group.close();
  BOOST_TEST(first.result() == 0);
  BOOST_TEST(second.result() == 0);
}

BOOST_AUTO_TEST_CASE(closing_a_fail_closed_group_allows_its_own_process)
{
  auto group = guard(fail_closed);
  int result = -1;
  {
    std::jthread own([&] { result = test::try_open(file); });
    await_queued(group, 1);
    group.close();
  }
  BOOST_TEST(result == 0);
}

BOOST_AUTO_TEST_CASE(closing_a_fail_closed_group_denies_what_was_taken_read_and_queued)
{
  auto group = guard(fail_closed);
  test::opener first(file);
  const auto taken = next(group).take();
  test::opener second(file);
  next(group);
  test::opener third(file);
  test::opener fourth(file);
  await_queued(group, 2);
  group.close();
  BOOST_TEST(first.result() == EPERM);
  BOOST_TEST(second.result() == EPERM);
  BOOST_TEST(third.result() == EPERM);
  BOOST_TEST(fourth.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(closing_a_fail_closed_group_leaves_no_pidfd_of_who_is_queued)
{
  auto options = fail_closed;
  options.flags |= fanio::init_flags::report_pidfd;
  auto group = guard(options);
  test::opener first(file);
  test::opener second(file);
  await_queued(group, 2);
  group.close(); // and the fixture counts descriptors
  BOOST_TEST(first.result() == EPERM);
  BOOST_TEST(second.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(destroying_a_fail_closed_handle_denies)
{
  std::optional<test::opener> child;
  {
    auto group = guard(fail_closed);
    child.emplace(file);
    next(group);
  }
  BOOST_TEST(child->result() == EPERM);
}

BOOST_AUTO_TEST_CASE(an_event_of_a_closed_group_never_writes_to_the_number_of_the_next)
{
  auto group = guard(fail_closed);
  const int number = group.native_handle();
  test::opener first(file);
  auto old = next(group).take();
  group.close();
  BOOST_TEST(first.result() == EPERM);

  // A new group on the same number, with a request that could be on the same descriptor number.
  auto again = guard(fail_closed);
  BOOST_TEST(again.native_handle() == number);
  test::opener second(file);
  const auto e = next(again);
  old.reset();
  BOOST_TEST(e.needs_response());
  again.respond(e, response::allow());
  BOOST_TEST(second.result() == 0);
}

BOOST_AUTO_TEST_CASE(events_may_end_on_other_threads_while_the_group_closes)
{
  for (int round = 0; round < 20; ++round)
  {
    auto group = guard();
    std::vector<std::unique_ptr<test::opener>> children;
    std::vector<event> events;
    for (int i = 0; i < 8; ++i)
    {
      children.push_back(std::make_unique<test::opener>(file));
      events.push_back(next(group).take());
    }
    {
      std::jthread end([&] { events.clear(); });
      group.close();
    }
    for (const auto& child : children)
    {
      BOOST_TEST(child->result() == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_group_with_unanswered_requests_is_not_released)
{
  auto group = guard();
  test::opener child(file);
  const auto e = next(group);
  error_code ec;
  BOOST_TEST(group.release(ec) == -1);
  BOOST_TEST(ec == errc::requests_unanswered);
  BOOST_TEST(group.is_open());
  group.respond(e, response::allow());
  BOOST_TEST(child.result() == 0);
  const fanio::unique_fd fd(group.release(ec));
  BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_SUITE_END()

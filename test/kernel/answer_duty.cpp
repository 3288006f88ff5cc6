// Requests that nobody has answered: who answers them, and when.

#include "support/full_descriptor_table.hpp"
#include "support/permission_fixture.hpp"
#include "support/requires.hpp"
#include <fanio/error.hpp>
#include <fanio/event.hpp>

#include <boost/asio/error.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace asio = boost::asio;
namespace utf = boost::unit_test;
using fanio::errc;
using fanio::error_code;
using fanio::event;
using fanio::event_buffer;
using fanio::event_view;
using fanio::init_flags;
using fanio::response;
using fanio::verdict;
using test::fail_closed;

namespace {

struct answer_duty_fixture : test::permission_fixture
{
  /// Many ask while no descriptor is free but eight in reserve, which are for so many events.
  void check_reserve(init_flags flags, std::size_t events_at_once)
  {
    auto group = guard({.flags = flags, .reserved_descriptors = 8});
    std::vector<std::unique_ptr<test::opener>> children;
    for (int i = 0; i < 20; ++i)
    {
      children.push_back(std::make_unique<test::opener>(file));
    }
    await_queued(group, children.size());
    {
      const test::full_descriptor_table full;
      for (std::size_t answered = 0; answered < children.size();)
      {
        const auto events = group.read_events(buffer);
        BOOST_TEST(events.size() <= events_at_once);
        for (const event_view e : events)
        {
          BOOST_TEST(!e.lost());
          BOOST_TEST(!e.pidfd_error());
        }
        answered += group.respond(events, response::allow());
      }
      buffer.clear();
    }
    for (const auto& child : children)
    {
      BOOST_TEST(child->result() == 0);
    }
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(answer_duty, answer_duty_fixture, *utf::precondition(test::is_privileged))

// The default verdict -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_a_cleared_buffer_held_unanswered_gets_the_default)
{
  auto group = guard();
  test::opener child(file);
  next(group);
  buffer.clear();
  BOOST_TEST(child.result() == 0);
  BOOST_TEST(group.unanswered() == 0);
}

BOOST_AUTO_TEST_CASE(the_default_of_a_fail_closed_group_is_a_deny)
{
  auto group = guard(fail_closed);
  test::opener child(file);
  next(group);
  buffer.clear();
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(reading_into_the_buffer_again_answers_what_it_held)
{
  auto group = guard(fail_closed);
  group.non_blocking(true);
  test::opener child(file);
  await_queued(group, 1);
  next(group);
  error_code ec;
  group.read_events(buffer, ec);
  BOOST_TEST(ec == asio::error::would_block);
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(a_destroyed_buffer_answers)
{
  auto group = guard(fail_closed);
  test::opener child(file);
  {
    event_buffer local;
    BOOST_TEST(group.read_events(local).size() == 1);
  }
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(an_exception_on_the_way_answers)
{
  auto group = guard(fail_closed);
  test::opener child(file);
  try
  {
    event_buffer local;
    for (const event_view e : group.read_events(local))
    {
      throw std::runtime_error(to_string(e.mask()));
    }
  }
  catch (const std::runtime_error&)
  {}
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(an_event_taken_out_outlives_its_buffer_and_answers_at_its_end)
{
  auto group = guard(fail_closed);
  test::opener child(file);
  std::optional<event> taken;
  {
    event_buffer local;
    taken = group.read_events(local).front().take();
  }
  BOOST_TEST(!child.has_ended());
  BOOST_TEST(taken->needs_response());
  taken.reset();
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(what_was_taken_out_is_no_longer_the_buffers)
{
  auto group = guard(fail_closed);
  test::opener child(file);
  const auto e = next(group);
  auto taken = e.take();
  BOOST_TEST(!e.needs_response());
  BOOST_TEST(e.fd() == -1);
  buffer.clear();
  BOOST_TEST(!child.has_ended());
  group.respond(taken, response::allow());
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(taking_twice_gives_one_duty)
{
  auto group = guard();
  test::opener child(file);
  const auto e = next(group);
  auto first = e.take();
  auto second = e.take();
  BOOST_TEST(!second.needs_response());
  error_code ec;
  group.respond(second, response::deny(), ec);
  BOOST_TEST(ec == errc::already_answered);
  group.respond(first, response::allow());
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(an_event_answers_once_however_often_it_moved)
{
  auto group = guard(fail_closed);
  test::opener child(file);
  auto first = next(group).take();
  event second(std::move(first));
  event third;
  third = std::move(second);
  BOOST_TEST(!first);  // NOLINT(bugprone-use-after-move)
  BOOST_TEST(!second); // NOLINT(bugprone-use-after-move)
  BOOST_TEST(third.needs_response());
  group.respond(third, response::allow());
  third.reset();
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(assigning_to_an_event_ends_the_life_of_what_it_was)
{
  auto group = guard(fail_closed);
  test::opener first(file);
  auto e = next(group).take();
  test::opener second(file);
  e = next(group).take();
  BOOST_TEST(first.result() == EPERM);
  group.respond(e, response::allow());
  BOOST_TEST(second.result() == 0);
}

BOOST_AUTO_TEST_CASE(an_event_can_be_answered_on_another_thread_while_reading_goes_on)
{
  auto group = guard();
  std::vector<std::unique_ptr<test::opener>> children;
  std::vector<std::jthread> workers;
  for (int i = 0; i < 16; ++i)
  {
    children.push_back(std::make_unique<test::opener>(file));
    workers.emplace_back(
        [&group, e = next(group).take(), i]() mutable
        {
          error_code ec;
          group.respond(e, i % 2 == 0 ? response::allow() : response::deny(), ec);
        });
  }
  for (std::size_t i = 0; i < children.size(); ++i)
  {
    BOOST_TEST(children[i]->result() == (i % 2 == 0 ? 0 : EPERM));
  }
}

// Descriptors -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_number_of_an_unanswered_request_stays_taken)
{
  auto group = guard();
  test::opener child(file);
  const auto e = next(group);
  const int number = e.fd();
  {
    const auto copy = e.take_fd();
    BOOST_TEST(copy.get() != number);
  }
  BOOST_TEST(e.fd() == number);
  group.respond(e, response::deny());
  BOOST_TEST(child.result() == EPERM);
  const auto own = e.take_fd();
  BOOST_TEST(own.get() == number);
  BOOST_TEST(e.fd() == -1);
}

BOOST_AUTO_TEST_CASE(answers_reach_their_askers_though_numbers_are_used_again)
{
  auto group = guard();
  for (int i = 0; i < 20; ++i)
  {
    test::opener first(file);
    auto early = next(group).take();
    const int number = early.fd();
    test::opener second(file);
    auto late = next(group).take();
    // The number becomes free only after the answer, and may then be the next event's.
    group.respond(early, response::deny());
    test::opener third(file);
    early.reset();
    auto last = next(group).take();
    BOOST_TEST(last.fd() == number);
    group.respond(last, response::allow());
    group.respond(late, response::allow());
    BOOST_TEST(first.result() == EPERM);
    BOOST_TEST(second.result() == 0);
    BOOST_TEST(third.result() == 0);
  }
}

BOOST_AUTO_TEST_CASE(without_a_free_descriptor_the_kernel_denies_and_the_event_says_so,
                     *utf::precondition(test::has<init_flags::report_fd_error>))
{
  auto group = guard();
  test::opener child(file);
  await_queued(group, 1);
  {
    const test::full_descriptor_table full;
    const auto e = next(group);
    BOOST_TEST((e.lost() == error_code(EMFILE, fanio::lost_event_category())));
    BOOST_TEST(!e.needs_response());
    error_code ec;
    group.respond(e, response::allow(), ec);
    BOOST_TEST(ec == errc::already_answered);
  }
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(a_reserve_makes_room_for_requests_when_the_table_is_full)
{
  check_reserve(init_flags::class_content, 8);
}

BOOST_AUTO_TEST_CASE(an_event_with_a_pidfd_takes_two_of_a_reserve)
{
  check_reserve(init_flags::class_content | init_flags::report_pidfd, 4);
}

BOOST_AUTO_TEST_SUITE_END()

// Permission events: who is answered, when, and by whom. Each opener is a process of its own.

#include "support/full_descriptor_table.hpp"
#include "support/permission_fixture.hpp"
#include "support/requires.hpp"
#include <fanio/error.hpp>
#include <fanio/event.hpp>

#include <boost/asio/error.hpp>

#include <array>
#include <cstdint>
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
using fanio::event_mask;
using fanio::event_view;
using fanio::fanotify_handle;
using fanio::group_options;
using fanio::init_flags;
using fanio::response;
using fanio::verdict;

namespace {

constexpr group_options fail_closed{.flags = init_flags::class_content,
                                    .default_verdict = verdict::deny};

} // namespace

BOOST_FIXTURE_TEST_SUITE(permission, test::permission_fixture,
                         *utf::precondition(test::is_privileged))

// Answering ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_allowed_opener_goes_on)
{
  auto group = guard();
  test::opener child(file);
  const auto e = next(group);
  BOOST_TEST(e.mask() == event_mask::open_perm);
  BOOST_TEST(e.pid() == child.pid());
  BOOST_TEST(e.needs_response());
  BOOST_TEST(group.unanswered() == 1);
  group.respond(e, response::allow());
  BOOST_TEST(child.result() == 0);
  BOOST_TEST(!e.needs_response());
  BOOST_TEST(group.unanswered() == 0);
}

BOOST_AUTO_TEST_CASE(a_denied_opener_gets_eperm)
{
  auto group = guard();
  test::opener child(file);
  group.respond(next(group), response::deny());
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(a_pre_content_group_can_choose_the_error,
                     *utf::precondition(test::has<event_mask::pre_access>))
{
  auto group = guard({.flags = init_flags::class_pre_content});
  BOOST_TEST(group.accepts(response::deny(EBUSY)));
  BOOST_TEST(!group.accepts(response::deny(ENOENT)));
  test::opener child(file);
  group.respond(next(group), response::deny(EBUSY));
  BOOST_TEST(child.result() == EBUSY);
}

BOOST_AUTO_TEST_CASE(an_error_that_the_group_may_not_give_becomes_a_plain_deny)
{
  auto group = guard();
  BOOST_TEST(!group.accepts(response::deny(EBUSY)));
  test::opener child(file);
  error_code ec;
  group.respond(next(group), response::deny(EBUSY), ec);
  BOOST_TEST(!ec);
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(audit_that_is_not_enabled_is_left_out_and_the_verdict_stands)
{
  auto group = guard();
  BOOST_TEST(!group.accepts(response::allow().audit()));
  test::opener child(file);
  group.respond(next(group), response::deny().audit({.number = 7}));
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(audit_with_and_without_a_rule_where_it_is_enabled,
                     *utf::precondition(test::has<init_flags::enable_audit>))
{
  auto group = guard({.flags = init_flags::class_content | init_flags::enable_audit});
  const auto with_rule = response::deny().audit({.number = 7, .subject = fanio::audit_trust::yes});
  BOOST_TEST(group.accepts(response::allow().audit()));
  BOOST_TEST(group.accepts(with_rule));
  test::opener first(file);
  group.respond(next(group), response::allow().audit());
  BOOST_TEST(first.result() == 0);
  test::opener second(file);
  group.respond(next(group), with_rule);
  BOOST_TEST(second.result() == EPERM);
}

// What is refused ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(answering_twice_is_refused_and_the_first_answer_stands)
{
  auto group = guard();
  test::opener child(file);
  const auto e = next(group);
  group.respond(e, response::deny());
  error_code ec;
  group.respond(e, response::allow(), ec);
  BOOST_TEST(ec == errc::already_answered);
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(a_request_that_something_else_has_answered_is_told_and_no_longer_owed)
{
  auto group = guard();
  test::opener child(file);
  const auto e = next(group);
  const std::array<std::int32_t, 2> allow{e.fd(), 1};
  BOOST_TEST(::write(group.native_handle(), allow.data(), sizeof allow) == 8);
  error_code ec;
  group.respond(e, response::deny(), ec);
  BOOST_TEST(ec == errc::no_such_request);
  BOOST_TEST(group.unanswered() == 0);
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(empty_events_in_a_range_are_passed_over)
{
  auto group = guard();
  test::opener child(file);
  std::vector<event> events(2);
  events.push_back(next(group).take());
  events.emplace_back();
  BOOST_TEST(group.respond(events, response::deny()) == 1);
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(what_is_about_to_be_read_is_told_by_pre_access,
                     *utf::precondition(test::has<event_mask::pre_access>))
{
  fanotify_handle group(context, {.flags = init_flags::class_pre_content});
  error_code ec;
  group.add_mark(file, event_mask::pre_access, ec);
  if (ec == errc::filesystem_without_pre_access)
  {
    BOOST_TEST_MESSAGE("this filesystem has no pre_access events");
    return;
  }
  BOOST_TEST(!ec);
  test::forked reader(
      [&]
      {
        const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
        char byte = 0;
        return ::pread(fd, &byte, 1, 0) < 0 ? errno : 0;
      });
  const auto e = next(group);
  BOOST_TEST(e.mask() == event_mask::pre_access);
  BOOST_TEST((e.range() == fanio::access_range{.offset = 0, .count = 4096}));
  group.respond(e, response::deny(EIO));
  BOOST_TEST(reader.result() == EIO);
}

BOOST_AUTO_TEST_CASE(an_event_that_asks_nothing_can_not_be_answered)
{
  fanotify_handle group(context, {.flags = init_flags::class_content});
  group.add_mark(file, event_mask::open);
  test::opener child(file);
  error_code ec;
  group.respond(next(group), response::allow(), ec);
  BOOST_TEST(ec == errc::not_a_permission_event);
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(another_group_can_not_answer)
{
  auto group = guard();
  fanotify_handle other(context, {.flags = init_flags::class_content});
  test::opener child(file);
  const auto e = next(group);
  error_code ec;
  other.respond(e, response::deny(), ec);
  BOOST_TEST(ec == errc::foreign_event);
  BOOST_TEST(e.needs_response());
  BOOST_TEST(other.respond(buffer.events(), response::deny(), ec) == 0);
  BOOST_TEST(ec == errc::foreign_event);
  group.respond(e, response::allow());
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(a_group_that_was_opened_again_can_not_answer_for_the_one_before)
{
  auto group = guard();
  test::opener child(file);
  const auto e = next(group);
  group.close();
  BOOST_TEST(child.result() == 0);
  group.open({.flags = init_flags::class_content});
  error_code ec;
  group.respond(e, response::deny(), ec);
  BOOST_TEST(ec == errc::foreign_event);
}

BOOST_AUTO_TEST_CASE(an_opener_that_was_killed_needs_no_answer_any_more_and_that_is_no_error)
{
  auto group = guard();
  test::opener child(file);
  const auto e = next(group);
  ::kill(child.pid(), SIGKILL);
  BOOST_TEST(child.result() == -1);
  error_code ec;
  group.respond(e, response::allow(), ec);
  BOOST_TEST(!ec);
}

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
  auto group = guard({.flags = init_flags::class_content, .reserved_descriptors = 8});
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
      BOOST_TEST(events.size() <= 8U);
      answered += group.respond(events, response::allow());
    }
    buffer.clear();
  }
  for (const auto& child : children)
  {
    BOOST_TEST(child->result() == 0);
  }
}

// Closing -----------------------------------------------------------------------------------------

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

// This very process -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_thread_of_this_process_is_allowed_by_the_read_itself)
{
  auto group = guard(fail_closed);
  int result = -1;
  {
    std::jthread own([&] { result = test::try_open(file); });
    const auto e = next(group);
    BOOST_TEST(e.pid() == ::getpid());
    BOOST_TEST(e.is_permission());
    BOOST_TEST(!e.needs_response());
  }
  BOOST_TEST(result == 0);
}

BOOST_AUTO_TEST_CASE(a_thread_of_this_process_is_known_by_its_thread_id_too)
{
  auto group = guard({.flags = init_flags::class_content | init_flags::report_tid,
                      .default_verdict = verdict::deny});
  int result = -1;
  {
    std::jthread own([&] { result = test::try_open(file); });
    BOOST_TEST(!next(group).needs_response());
  }
  BOOST_TEST(result == 0);
  test::opener child(file);
  BOOST_TEST(next(group).needs_response());
  buffer.clear();
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(without_that_option_it_is_asked_like_any_other)
{
  auto options = fail_closed;
  options.allow_own_process = false;
  auto group = guard(options);
  int result = -1;
  {
    std::jthread own([&] { result = test::try_open(file); });
    const auto e = next(group);
    BOOST_TEST(e.needs_response());
    group.respond(e, response::deny());
  }
  BOOST_TEST(result == EPERM);
}

// Many at once ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_range_is_answered_at_once_each_by_its_own_response)
{
  auto group = guard();
  std::vector<std::unique_ptr<test::opener>> children;
  for (int i = 0; i < 100; ++i)
  {
    children.push_back(std::make_unique<test::opener>(file));
  }
  await_queued(group, children.size());
  event_buffer all(65536);
  const auto events = group.read_events(all);
  BOOST_REQUIRE(events.size() == children.size());
  const auto odd_is_denied = [](const event_view& e)
  {
    return e.pid() % 2 == 0 ? response::allow() : response::deny(EIO); // falls back to EPERM
  };
  BOOST_TEST(group.respond(events, odd_is_denied) == children.size());
  BOOST_TEST(group.respond(events, odd_is_denied) == 0);
  for (const auto& child : children)
  {
    BOOST_TEST(child->result() == (child->pid() % 2 == 0 ? 0 : EPERM));
  }
}

BOOST_AUTO_TEST_CASE(a_range_may_hold_events_that_ask_nothing)
{
  fanotify_handle group(context, {.flags = init_flags::class_content});
  group.add_mark(file, event_mask::open_perm | event_mask::open | event_mask::close);
  test::opener child(file);
  std::size_t answered = 0;
  while (answered == 0)
  {
    answered = group.respond(group.read_events(buffer), response::allow());
  }
  BOOST_TEST(answered == 1);
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(a_container_of_events_is_answered_too)
{
  auto group = guard();
  test::opener first(file);
  std::vector<event> events;
  events.push_back(next(group).take());
  test::opener second(file);
  events.push_back(next(group).take());
  BOOST_TEST(group.respond(events, response::deny()) == 2);
  BOOST_TEST(first.result() == EPERM);
  BOOST_TEST(second.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(what_was_decided_before_a_decision_throws_is_sent_and_the_rest_is_not)
{
  auto group = guard(fail_closed);
  test::opener first(file);
  std::vector<event> events;
  events.push_back(next(group).take());
  test::opener second(file);
  events.push_back(next(group).take());
  const auto decide = [&](const event_view& e) -> response
  {
    if (e.pid() == second.pid())
    {
      throw std::runtime_error("no opinion");
    }
    return response::allow();
  };
  BOOST_CHECK_THROW(group.respond(events, decide), std::runtime_error);
  BOOST_TEST(first.result() == 0);
  BOOST_TEST(events[1].needs_response());
  events.clear();
  BOOST_TEST(second.result() == EPERM);
}

BOOST_AUTO_TEST_SUITE_END()

// Permission events: who is answered, and with what. Each opener is a process of its own.

#include "support/permission_fixture.hpp"
#include "support/requires.hpp"
#include <fanio/error.hpp>
#include <fanio/event.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace utf = boost::unit_test;
using fanio::errc;
using fanio::error_code;
using fanio::event;
using fanio::event_buffer;
using fanio::event_mask;
using fanio::event_view;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::response;
using fanio::verdict;
using test::fail_closed;

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

BOOST_AUTO_TEST_SUITE_END()

// async_respond: the answer goes out in the initiating function, the completion comes later.

#include "support/permission_fixture.hpp"
#include "support/requires.hpp"
#include <fanio/error.hpp>
#include <fanio/event.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace asio = boost::asio;
namespace utf = boost::unit_test;
using fanio::errc;
using fanio::error_code;
using fanio::event;
using fanio::event_view;
using fanio::fanotify_handle;
using fanio::response;

BOOST_FIXTURE_TEST_SUITE(responding, test::permission_fixture,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(the_asker_goes_on_before_the_handler_runs)
{
  auto group = guard();
  test::opener child(file);
  bool called = false;
  group.async_respond(next(group).take(), response::deny(),
                      [&](error_code ec)
                      {
                        called = true;
                        BOOST_TEST(!ec);
                      });
  BOOST_TEST(child.result() == EPERM);
  BOOST_TEST(!called);
  context.run();
  BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(a_view_is_answered_in_place_and_its_buffer_knows)
{
  auto group = guard();
  test::opener child(file);
  const auto e = next(group);
  group.async_respond(e, response::deny(), asio::detached);
  BOOST_TEST(!e.needs_response());
  buffer.clear();
  context.run();
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(an_event_that_was_given_away_is_closed_after_its_answer)
{
  auto group = guard();
  test::opener child(file);
  auto e = next(group).take();
  const int fd = e.fd();
  group.async_respond(std::move(e), response::allow(), asio::detached);
  BOOST_TEST(::fcntl(fd, F_GETFD) == -1);
  BOOST_TEST(child.result() == 0);
  context.run();
}

BOOST_AUTO_TEST_CASE(a_deferred_answer_that_is_never_launched_is_the_default_verdict)
{
  auto group =
      guard({.flags = fanio::init_flags::class_content, .default_verdict = fanio::verdict::deny});
  test::opener child(file);
  {
    auto later = group.async_respond(next(group).take(), response::allow(), asio::deferred);
    BOOST_TEST(!child.has_ended());
  }
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(a_deferred_answer_is_sent_when_it_is_launched)
{
  auto group = guard();
  test::opener child(file);
  auto later = group.async_respond(next(group).take(), response::deny(), asio::deferred);
  BOOST_TEST(!child.has_ended());
  std::move(later)(asio::detached);
  BOOST_TEST(child.result() == EPERM);
  context.run();
}

BOOST_AUTO_TEST_CASE(a_deferred_answer_after_the_group_closed_is_bad_descriptor)
{
  auto group = guard();
  test::opener child(file);
  auto later = group.async_respond(next(group).take(), response::deny(), asio::deferred);
  group.close();
  error_code result;
  std::move(later)([&](error_code ec) { result = ec; });
  context.run();
  BOOST_TEST(result == asio::error::bad_descriptor);
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(errors_come_by_the_completion_and_nothing_is_sent)
{
  auto group = guard();
  test::opener child(file);
  const auto e = next(group);
  group.respond(e, response::allow());
  error_code result;
  group.async_respond(e, response::deny(), [&](error_code ec) { result = ec; });
  context.run();
  BOOST_TEST(result == errc::already_answered);
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(the_completion_runs_on_the_associated_executor)
{
  auto group = guard();
  auto strand = asio::make_strand(context);
  test::opener child(file);
  bool called = false;
  group.async_respond(
      next(group), response::allow(),
      asio::bind_executor(strand, [&](error_code) { called = strand.running_in_this_thread(); }));
  context.run();
  BOOST_TEST(called);
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(a_coroutine_reads_and_answers)
{
  auto group = guard();
  test::opener first(file);
  test::opener second(file);
  asio::co_spawn(
      context,
      [](test::permission_fixture& f, fanotify_handle& guard, pid_t denied) -> asio::awaitable<void>
      {
        for (int answered = 0; answered < 2;)
        {
          for (const event_view e : co_await guard.async_read_events(f.buffer))
          {
            co_await guard.async_respond(e,
                                         e.pid() == denied ? response::deny() : response::allow());
            ++answered;
          }
        }
      }(*this, group, second.pid()),
      [](std::exception_ptr e) { BOOST_TEST(!e); });
  context.run_for(test::deadline);
  BOOST_TEST(first.result() == 0);
  BOOST_TEST(second.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(a_range_of_views)
{
  auto group = guard();
  test::opener first(file);
  test::opener second(file);
  await_queued(group, 2);
  auto answered =
      group.async_respond(group.read_events(buffer), response::deny(), asio::use_future);
  context.run();
  BOOST_TEST(answered.get() == 2);
  BOOST_TEST(first.result() == EPERM);
  BOOST_TEST(second.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(a_container_that_is_given_away_ends_with_its_answers)
{
  auto group = guard();
  test::opener child(file);
  std::vector<event> events;
  events.push_back(next(group).take());
  const int fd = events[0].fd();
  std::size_t answered = 0;
  group.async_respond(
      std::move(events), [](const event_view&) { return response::deny(); },
      [&](error_code ec, std::size_t count)
      {
        BOOST_TEST(!ec);
        answered = count;
      });
  BOOST_TEST(::fcntl(fd, F_GETFD) == -1);
  context.run();
  BOOST_TEST(answered == 1);
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(a_container_that_is_lent_is_answered_in_place)
{
  auto group = guard();
  test::opener child(file);
  std::vector<event> events;
  events.push_back(next(group).take());
  group.async_respond(events, response::deny(),
                      [](error_code ec, std::size_t) { BOOST_TEST(!ec); });
  BOOST_TEST(!events[0].needs_response());
  BOOST_TEST(events[0].fd() >= 0);
  context.run();
  BOOST_TEST(child.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(a_closed_handle_is_told)
{
  fanotify_handle group(context);
  error_code one;
  error_code many;
  group.async_respond(event(), response::allow(), [&](error_code ec) { one = ec; });
  group.async_respond(std::vector<event>(), response::allow(),
                      [&](error_code ec, std::size_t) { many = ec; });
  context.run();
  BOOST_TEST(one == asio::error::bad_descriptor);
  BOOST_TEST(many == asio::error::bad_descriptor);
}

BOOST_AUTO_TEST_CASE(an_empty_event_is_no_permission_event)
{
  auto group = guard();
  error_code result;
  group.async_respond(event(), response::allow(), [&](error_code ec) { result = ec; });
  context.run();
  BOOST_TEST(result == errc::not_a_permission_event);
}

BOOST_AUTO_TEST_SUITE_END()

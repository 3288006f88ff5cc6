// A forked child has copies of handles, buffers and events; the duty to answer is its parent's.

#include "support/permission_fixture.hpp"
#include "support/requires.hpp"
#include <fanio/error.hpp>
#include <fanio/event.hpp>

#include <boost/asio/execution_context.hpp>

#include <functional>
#include <utility>

#include <sys/wait.h>

namespace asio = boost::asio;
namespace utf = boost::unit_test;
using fanio::error_code;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::response;
using test::fail_closed;

namespace {

struct forking_fixture : test::permission_fixture
{
  /// Forks as Asio wants it, without closing anything, and gives what the child returned.
  int in_a_forked_child(const std::function<int()>& act)
  {
    context.notify_fork(asio::execution_context::fork_prepare);
    const pid_t child = ::fork();
    if (child == 0)
    {
      context.notify_fork(asio::execution_context::fork_child);
      ::_exit(act());
    }
    context.notify_fork(asio::execution_context::fork_parent);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  /// A forked child reads a request itself, into the fixture's buffer, and may answer it.
  void check_child_reads_and_denies(fanio::fanotify_handle& group)
  {
    test::opener asker(file);
    const int answered = in_a_forked_child(
        [&]
        {
          error_code ec;
          group.respond(group.read_events(buffer).front(), response::deny(), ec);
          return ec ? 0 : 1;
        });
    BOOST_TEST(answered == 1);
    BOOST_TEST(asker.result() == EPERM);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(forking, forking_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(a_child_that_ends_the_life_of_its_copies_answers_nobody)
{
  auto group = guard(fail_closed);
  test::opener asker(file);
  auto e = group.read_events(buffer).front().take();
  in_a_forked_child(
      [&]
      {
        e.reset();
        buffer.clear();
        return 0;
      });
  BOOST_TEST(!asker.has_ended());
  BOOST_TEST(e.needs_response());
  group.respond(e, response::allow());
  BOOST_TEST(asker.result() == 0);
}

BOOST_AUTO_TEST_CASE(a_child_can_not_answer_for_its_parent)
{
  auto group = guard();
  test::opener asker(file);
  const auto e = group.read_events(buffer).front();
  const int refused = in_a_forked_child(
      [&]
      {
        error_code ec;
        group.respond(e, response::deny(), ec);
        return ec == fanio::errc::foreign_process ? 1 : 0;
      });
  BOOST_TEST(refused == 1);
  group.respond(e, response::allow());
  BOOST_TEST(asker.result() == 0);
}

BOOST_AUTO_TEST_CASE(a_child_that_closes_its_copy_of_a_fail_closed_group_changes_nothing)
{
  auto group = guard(fail_closed);
  test::opener first(file);
  auto e = group.read_events(buffer).front().take();
  in_a_forked_child(
      [&]
      {
        group.close();
        return 0;
      });
  BOOST_TEST(!first.has_ended());
  group.respond(e, response::allow());
  BOOST_TEST(first.result() == 0);
  // The marks are still there.
  test::opener second(file);
  group.respond(group.read_events(buffer).front(), response::allow());
  BOOST_TEST(second.result() == 0);
}

BOOST_AUTO_TEST_CASE(a_child_that_reads_itself_answers_what_it_read)
{
  auto group = guard();
  check_child_reads_and_denies(group);
}

BOOST_AUTO_TEST_CASE(also_if_its_parent_has_read_into_the_same_buffer)
{
  auto group = guard();
  test::opener first(file);
  group.respond(group.read_events(buffer).front(), response::allow());
  BOOST_TEST(first.result() == 0);
  check_child_reads_and_denies(group);
}

BOOST_AUTO_TEST_CASE(the_requests_of_its_parent_do_not_keep_a_child_from_releasing_the_group)
{
  auto group = guard();
  test::opener asker(file);
  const auto e = group.read_events(buffer).front();
  const int released = in_a_forked_child(
      [&]
      {
        error_code ec;
        return group.unanswered() == 0 && group.release(ec) >= 0 ? 1 : 0;
      });
  BOOST_TEST(released == 1);
  BOOST_TEST(group.unanswered() == 1);
  group.respond(e, response::allow());
  BOOST_TEST(asker.result() == 0);
}

BOOST_AUTO_TEST_CASE(the_parents_asynchronous_reads_go_on_after_a_child_closed_its_copy)
{
  auto group = guard();
  in_a_forked_child(
      [&]
      {
        group.close();
        return 0;
      });
  test::opener asker(file);
  group.async_read_events(buffer,
                          [&](error_code ec, fanio::event_range events)
                          {
                            BOOST_TEST(!ec);
                            group.respond(events, response::allow());
                          });
  context.run_for(test::deadline);
  BOOST_TEST(asker.result() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

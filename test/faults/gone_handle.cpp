// The handle is closed, moved or cancelled, or its handler throws, while many wait.

#include "faults/crowd.hpp"

#include <boost/asio/error.hpp>

#include <chrono>
#include <fstream>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <sys/syscall.h>
#include <unistd.h>

namespace asio = boost::asio;
namespace utf = boost::unit_test;
using fanio::error_code;
using fanio::event;
using fanio::event_buffer;
using fanio::event_mask;
using fanio::event_range;
using fanio::fanotify_handle;
using fanio::group_options;
using fanio::init_flags;
using fanio::mark_target;
using fanio::response;
using test::fail_closed;

namespace {

struct gone_handle_fixture : test::guarded_file
{
  gone_handle_fixture() { buffer.emplace(32 * 24); }

  /// What many get when their group is closed: some are taken, some in a buffer, the rest queued,
  /// and a read is outstanding.
  void check_close(const group_options& options, int expected)
  {
    auto group = guard(options);
    test::crowd openers(file);
    openers.await_blocked();
    const auto taken = read(group);
    event_buffer read_before(32 * 24);
    group.read_events(read_before);
    std::optional<error_code> ended;
    group.async_read_events(*buffer, [&](error_code ec, event_range) { ended = ec; });

    group.close();

    BOOST_TEST(openers.ended_with(expected) == openers.size());
    run();
    BOOST_TEST(ended.value() == asio::error::operation_aborted);
  }

  /// Reads and denies until this many were denied.
  void deny(fanotify_handle& group, std::size_t count)
  {
    while (count > 0)
    {
      for (const auto& e : await(group))
      {
        group.respond(e, response::deny());
        --count;
      }
    }
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(gone_handle, gone_handle_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(closing_lets_everybody_through)
{
  check_close(content, 0);
}

BOOST_AUTO_TEST_CASE(closing_a_fail_closed_group_denies_everybody)
{
  check_close(fail_closed, EPERM);
}

// While a task waits for an answer the kernel keeps hold of the marks of every group that it was
// looking at, and a group is only gone when its marks are. The library can't change that; whoever
// answers for one group must not close another on the same thread.
BOOST_AUTO_TEST_CASE(closing_waits_for_the_requests_of_another_group_about_the_same_filesystem)
{
  auto guards = open(content);
  guards.add_mark(fs.path(), event_mask::open_perm, mark_target::mount);
  auto watches = open(init_flags::report_fid);
  watches.add_mark(fs.path(), event_mask::open, mark_target::filesystem);
  test::opener asker(file);
  const auto request = next(guards);

  std::promise<pid_t> id;
  std::thread closer(
      [&]
      {
        id.set_value(static_cast<pid_t>(::syscall(SYS_gettid)));
        watches.close();
      });
  const auto task = "/proc/self/task/" + std::to_string(id.get_future().get());
  const auto end = std::chrono::steady_clock::now() + test::deadline;
  std::string waits_in;
  while (waits_in != "fsnotify_destroy_group" && std::chrono::steady_clock::now() < end)
  {
    std::ifstream(task + "/wchan") >> waits_in;
  }
  guards.respond(request, response::allow());
  closer.join();

  BOOST_TEST(waits_in == "fsnotify_destroy_group");
  BOOST_TEST(asker.result() == 0);
}

BOOST_AUTO_TEST_CASE(a_handle_may_move_between_any_two_reads_and_while_one_is_outstanding)
{
  auto first = guard();
  test::crowd openers(file);
  std::size_t answered = 0;
  std::optional<fanotify_handle> second;
  while (answered < openers.size())
  {
    bool done = false;
    first.async_read_events(*buffer,
                            [&](error_code ec, event_range events)
                            {
                              BOOST_TEST(!ec);
                              answered += second->respond(events, response::deny());
                              done = true;
                            });
    second.emplace(std::move(first));
    run_until([&] { return done; });
    first = std::move(*second);
  }
  BOOST_TEST(openers.ended_with(EPERM) == openers.size());
}

BOOST_AUTO_TEST_CASE(reads_that_are_cancelled_take_nobodys_answer_away)
{
  auto group = guard(fail_closed);
  std::size_t ended = 0;
  std::size_t answered = 0;
  std::vector<event_buffer> buffers(8);
  for (auto& one : buffers)
  {
    group.async_read_events(one,
                            [&](error_code ec, event_range events)
                            {
                              ++ended;
                              BOOST_TEST((ec == asio::error::operation_aborted) == events.empty());
                              answered += group.respond(events, response::deny());
                            });
  }
  test::crowd openers(file);
  openers.await_blocked();
  group.cancel(); // with io_uring one of them may have been told already that it can read
  run();
  BOOST_TEST(ended == buffers.size());
  BOOST_TEST(group.queued() + answered == openers.size());
  deny(group, openers.size() - answered);
  BOOST_TEST(openers.ended_with(EPERM) == openers.size());
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_out_of_run_leaves_nobody_blocked_and_the_group_goes_on)
{
  auto group = guard(fail_closed);
  test::crowd openers(file, 64);
  openers.await_blocked();
  group.async_read_events(*buffer,
                          [](error_code, event_range events)
                          {
                            const auto taken = events.front().take();
                            throw std::runtime_error("a handler");
                          });
  context.restart();
  BOOST_CHECK_THROW(context.run_for(test::deadline), std::runtime_error);
  // One ended with the exception. The others of its read are the buffer's, until it is read into.
  BOOST_TEST(group.unanswered() == 31U);
  deny(group, 32);
  BOOST_TEST(openers.ended_with(EPERM) == openers.size());
}

BOOST_AUTO_TEST_CASE(events_are_good_on_another_thread_when_group_and_context_are_gone)
{
  std::optional<asio::io_context> other(std::in_place);
  std::optional<fanotify_handle> group(std::in_place, *other, fail_closed);
  group->add_mark(file, fanio::event_mask::open_perm);
  test::crowd openers(file, 32);
  openers.await_blocked();
  std::vector<event> taken;
  for (const auto e : group->read_events(*buffer))
  {
    taken.push_back(e.take());
  }
  std::promise<void> gone;
  auto look = [&, events = std::move(taken)]() mutable
  {
    gone.get_future().wait();
    const auto readable = std::ranges::count_if(events,
                                                [](const event& e)
                                                {
                                                  char byte = 0;
                                                  return ::pread(e.fd(), &byte, 1, 0) == 1;
                                                });
    events.clear();
    return readable;
  };
  auto looked = std::async(std::launch::async, std::move(look));
  group.reset();
  other.reset();
  BOOST_TEST(openers.ended_with(EPERM) == openers.size());
  gone.set_value();
  BOOST_TEST(looked.get() == 32);
}

BOOST_AUTO_TEST_SUITE_END()

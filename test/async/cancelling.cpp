// Cancellation in all its forms. A cancelled read has consumed nothing.

#include "support/context_fixture.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <array>
#include <optional>
#include <string>

namespace asio = boost::asio;
namespace data = boost::unit_test::data;
using fanio::errc;
using fanio::error_code;
using fanio::event_buffer;
using fanio::event_range;
using fanio::fanotify_handle;

namespace {

struct cancelling_fixture : test::watching_fixture
{
  /// A handler that must be called once, and with operation_aborted and no event.

  event_buffer buffer;
};

const std::array cancellation_types{asio::cancellation_type::terminal,
                                    asio::cancellation_type::partial,
                                    asio::cancellation_type::total};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cancelling, cancelling_fixture)

BOOST_AUTO_TEST_CASE(cancel_ends_every_operation)
{
  event_buffer other;
  group.async_read_events(buffer, expect_abort());
  group.async_read_events(other, expect_abort());
  bool waited = false;
  group.async_wait([&](error_code ec) { waited = ec == asio::error::operation_aborted; });
  group.cancel();
  run();
  BOOST_TEST(waited);
}

BOOST_AUTO_TEST_CASE(a_slot_ends_its_operation_by_every_type_of_cancellation)
{
  for (const auto type : cancellation_types)
  {
    asio::cancellation_signal signal;
    group.async_read_events(buffer, asio::bind_cancellation_slot(signal.slot(), expect_abort()));
    signal.emit(type);
    run();
  }
}

BOOST_AUTO_TEST_CASE(a_slot_ends_its_operation_and_no_other)
{
  asio::cancellation_signal signal;
  event_buffer other;
  bool other_done = false;
  group.async_read_events(buffer, asio::bind_cancellation_slot(signal.slot(), expect_abort()));
  group.async_read_events(other, [&](error_code ec, event_range) { other_done = !ec; });
  signal.emit(asio::cancellation_type::total);
  context.poll();
  BOOST_TEST(!other_done);
  directory.write("a");
  run();
  BOOST_TEST(other_done);
}

BOOST_AUTO_TEST_CASE(a_cancelled_read_has_consumed_nothing)
{
  // Cancelled between readiness and completion, at each point where that can be: after so many
  // handlers of the context.
  for (std::size_t steps = 0; steps < 5; ++steps)
  {
    asio::cancellation_signal signal;
    bool done = false;
    std::size_t told = 0;
    group.async_read_events(
        buffer, asio::bind_cancellation_slot(signal.slot(),
                                             [&](error_code ec, event_range events)
                                             {
                                               done = true;
                                               told = events.size();
                                               BOOST_TEST((ec == asio::error::operation_aborted) ==
                                                          events.empty());
                                             }));
    directory.write("file" + std::to_string(steps));
    context.restart();
    for (std::size_t i = 0; i < steps && !done; ++i)
    {
      context.poll_one();
    }
    signal.emit(asio::cancellation_type::total);
    run();
    BOOST_TEST(done);
    // Told or still queued: nothing in between.
    BOOST_TEST(told + group.queued() == 1);
    buffer.clear();
    while (group.queued() > 0)
    {
      group.read_events(buffer);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_cancellation_between_readiness_and_an_empty_queue_is_not_lost)
{
  // The wait has ended and its handler stands in another context; nothing is there to be cancelled.
  asio::io_context other;
  asio::cancellation_signal signal;
  group.async_read_events(
      buffer, asio::bind_cancellation_slot(
                  signal.slot(), asio::bind_executor(other.get_executor(), expect_abort())));
  directory.write("a");
  context.poll();
  signal.emit(asio::cancellation_type::total);
  // Somebody else takes the event, so that the read would have to wait again.
  event_buffer elsewhere;
  BOOST_TEST(group.read_events(elsewhere).size() == 1);
  other.run_for(test::deadline);
  BOOST_TEST(other.stopped());
  run();
}

BOOST_AUTO_TEST_CASE(stale_readiness_is_waited_out)
{
  asio::io_context other;
  std::size_t told = 0;
  group.async_read_events(buffer, asio::bind_executor(other.get_executor(),
                                                      [&](error_code ec, event_range events)
                                                      {
                                                        BOOST_TEST(!ec);
                                                        told = events.size();
                                                      }));
  directory.write("a");
  context.poll();
  event_buffer elsewhere;
  BOOST_TEST(group.read_events(elsewhere).size() == 1);
  other.poll(); // the queue is empty: it waits again
  BOOST_TEST(told == 0);
  directory.write("b");
  run_until(
      [&]
      {
        other.restart();
        other.poll();
        return told == 1;
      });
}

BOOST_AUTO_TEST_CASE(closing_ends_outstanding_reads)
{
  group.async_read_events(buffer, expect_abort());
  group.close();
  run();
}

BOOST_AUTO_TEST_CASE(releasing_ends_outstanding_reads_and_loses_nothing)
{
  group.async_read_events(buffer, expect_abort());
  const fanio::unique_fd fd(group.release());
  directory.write("a");
  run();
  fanotify_handle again(context);
  again.assign(::dup(fd.get()));
  BOOST_TEST(again.queued() == 1);
}

BOOST_AUTO_TEST_CASE(a_timer_wins_against_a_read)
{
  using namespace asio::experimental::awaitable_operators;
  asio::co_spawn(
      context,
      [](cancelling_fixture& f) -> asio::awaitable<void>
      {
        asio::steady_timer timer(f.context, std::chrono::milliseconds(1));
        const auto result = co_await (f.group.async_read_events(f.buffer, asio::use_awaitable) ||
                                      timer.async_wait(asio::use_awaitable));
        BOOST_TEST(result.index() == 1U);
        // And the group is as good as before.
        f.directory.write("a");
        const auto events = co_await f.group.async_read_events(f.buffer, asio::use_awaitable);
        BOOST_TEST(events.size() == 1);
      }(*this),
      [](std::exception_ptr e) { BOOST_TEST(!e); });
  run();
}

BOOST_AUTO_TEST_CASE(a_read_wins_against_a_timer)
{
  using namespace asio::experimental::awaitable_operators;
  directory.write("a");
  asio::co_spawn(
      context,
      [](cancelling_fixture& f) -> asio::awaitable<void>
      {
        asio::steady_timer timer(f.context, test::deadline);
        const auto result = co_await (f.group.async_read_events(f.buffer, asio::use_awaitable) ||
                                      timer.async_wait(asio::use_awaitable));
        BOOST_TEST(result.index() == 0U);
        BOOST_TEST(std::get<0>(result).size() == 1);
      }(*this),
      [](std::exception_ptr e) { BOOST_TEST(!e); });
  run();
}

BOOST_AUTO_TEST_CASE(one_buffer_serves_one_read_at_a_time)
{
  group.async_read_events(buffer, expect_abort());
  group.async_read_events(buffer,
                          [once = test::once()](error_code ec, event_range) mutable
                          {
                            once();
                            BOOST_TEST(ec == errc::buffer_in_use);
                          });
  error_code ec;
  group.read_events(buffer, ec);
  BOOST_TEST(ec == errc::buffer_in_use);
  buffer.clear(); // does nothing
  context.poll();
  group.cancel();
  run();
}

BOOST_AUTO_TEST_CASE(a_buffer_is_free_again_when_the_handler_runs)
{
  directory.write("a");
  directory.write("b");
  event_buffer small(100);
  int reads = 0;
  group.async_read_events(small,
                          [&](error_code ec, event_range)
                          {
                            BOOST_TEST(!ec);
                            ++reads;
                            group.async_read_events(small,
                                                    [&](error_code again, event_range)
                                                    {
                                                      BOOST_TEST(!again);
                                                      ++reads;
                                                    });
                          });
  run();
  BOOST_TEST(reads == 2);
}

BOOST_AUTO_TEST_CASE(a_buffer_that_is_destroyed_aborts_its_read_which_consumes_nothing)
{
  std::optional<event_buffer> gone(std::in_place);
  group.async_read_events(*gone, expect_abort());
  gone.reset();
  directory.write("a");
  run();
  BOOST_TEST(group.queued() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

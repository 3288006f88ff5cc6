// Reads that are made later than they could be (linger), or sooner (busy_poll, try_read_events).

#include "support/context_fixture.hpp"
#include "support/permission_fixture.hpp"
#include "support/requires.hpp"
#include <fanio/async_for_each.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <sstream>
#include <string>

namespace asio = boost::asio;
namespace utf = boost::unit_test;
using fanio::error_code;
using fanio::event_buffer;
using fanio::event_range;
using fanio::event_view;
using fanio::fanotify_handle;
using fanio::read_options;
using namespace std::chrono_literals;

namespace {

/// Never by itself in a test's time; but the queue is looked at each second.
read_options until(std::size_t enough)
{
  return {.linger = 1h, .enough = enough};
}

constexpr read_options for_ever{.linger = std::chrono::nanoseconds::max()};

/// Whether an epoll of this process knows the descriptor: proc_pid_fdinfo(5).
[[maybe_unused]] bool is_in_a_reactor(int fd)
{
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fdinfo"))
  {
    std::ifstream info(entry.path());
    std::string key;
    int number = -1;
    for (std::string line; std::getline(info, line);)
    {
      if (std::istringstream(line) >> key >> number && key == "tfd:" && number == fd)
      {
        return true;
      }
    }
  }
  return false;
}

struct lingering_fixture : test::watching_fixture
{
  /// How many events one read brings.
  std::size_t read(const read_options& options)
  {
    std::optional<std::size_t> count;
    group.async_read_events(buffer, options,
                            [&, once = test::once()](error_code ec, event_range events) mutable
                            {
                              once();
                              BOOST_TEST(!ec);
                              count = events.size();
                            });
    BOOST_TEST(!count);
    run();
    return count.value_or(0);
  }

  /// Lets a read linger: an event has woken it, and it waits for more.
  template <typename Handler>
  void let_linger(Handler handler)
  {
    group.async_read_events(buffer, for_ever, std::move(handler));
    write_files(1);
    context.restart();
    context.poll();
  }

  event_buffer buffer;
};

const std::array ways_to_cancel{asio::cancellation_type::terminal, asio::cancellation_type::partial,
                                asio::cancellation_type::total};

} // namespace

BOOST_FIXTURE_TEST_SUITE(lingering, lingering_fixture)

BOOST_AUTO_TEST_CASE(what_comes_meanwhile_is_read_together)
{
  std::size_t count = 0;
  group.async_read_events(buffer, until(3),
                          [&](error_code, event_range events) { count = events.size(); });
  write_files(1);
  context.poll();
  BOOST_TEST(count == 0);
  write_files(2);
  run();
  BOOST_TEST(count == 3);
}

BOOST_AUTO_TEST_CASE(it_ends_at_its_time)
{
  write_files(1);
  BOOST_TEST(read({.linger = 1us}) == 1);
  write_files(1);
  BOOST_TEST(read({.linger = 5ms}) == 1);
}

BOOST_AUTO_TEST_CASE(as_many_as_are_enough_end_it_when_it_begins)
{
  write_files(5);
  BOOST_TEST(read(until(5)) == 5);
  write_files(5); // behind five events it begins without being woken
  BOOST_TEST(read(until(5)) == 5);
}

BOOST_AUTO_TEST_CASE(a_read_behind_one_of_several_events_finds_nothing_and_waits_as_any_other)
{
  write_files(4);
  BOOST_TEST(read({.linger = 1us}) == 4);
  std::size_t count = 0;
  group.async_read_events(buffer, {.linger = 1us},
                          [&](error_code, event_range events) { count = events.size(); });
  context.restart();
  context.run_one(); // the linger ends, and nothing is there
  BOOST_TEST(count == 0);
  write_files(1);
  run();
  BOOST_TEST(count == 1);
}

#if !defined(BOOST_ASIO_HAS_IO_URING_AS_DEFAULT)

BOOST_AUTO_TEST_CASE(the_reactor_is_not_woken_meanwhile)
{
  let_linger(expect_abort());
  BOOST_TEST(!is_in_a_reactor(group.native_handle()));
  group.cancel();
  run();
}

BOOST_AUTO_TEST_CASE(behind_a_read_of_four_events_the_next_one_is_not_woken_first)
{
  write_files(3);
  read({.linger = 1us});
  group.async_read_events(buffer, for_ever, expect_abort());
  BOOST_TEST(is_in_a_reactor(group.native_handle()));
  group.cancel();
  run();

  write_files(4);
  read({.linger = 1us});
  group.async_read_events(buffer, for_ever, expect_abort());
  BOOST_TEST(!is_in_a_reactor(group.native_handle()));
  group.cancel();
  run();
}

#endif

BOOST_AUTO_TEST_CASE(a_slot_ends_it_and_no_event_is_consumed)
{
  for (const auto type : ways_to_cancel)
  {
    asio::cancellation_signal signal;
    let_linger(asio::bind_cancellation_slot(signal.slot(), expect_abort()));
    signal.emit(type);
    run();
  }
  BOOST_TEST(read({}) == ways_to_cancel.size());
}

BOOST_AUTO_TEST_CASE(cancel_ends_it_and_no_event_is_consumed)
{
  let_linger(expect_abort());
  group.cancel();
  run();
  BOOST_TEST(read({}) == 1);
}

BOOST_AUTO_TEST_CASE(closing_ends_it)
{
  let_linger(expect_abort());
  group.close();
  run();
}

BOOST_AUTO_TEST_CASE(the_end_of_the_handle_ends_it)
{
  let_linger(expect_abort());
  {
    const auto gone = std::move(group);
  }
  run();
}

BOOST_AUTO_TEST_CASE(a_handle_can_be_released_meanwhile)
{
  let_linger(expect_abort());
  const int fd = group.release();
  run();
  group.assign(fd);
  BOOST_TEST(read({}) == 1);
}

BOOST_AUTO_TEST_CASE(it_goes_on_when_the_handle_is_moved)
{
  std::size_t count = 0;
  group.async_read_events(buffer, until(2),
                          [&](error_code, event_range events) { count = events.size(); });
  write_files(1);
  context.poll();
  fanotify_handle moved = std::move(group);
  write_files(1);
  run();
  BOOST_TEST(count == 2);
}

BOOST_AUTO_TEST_CASE(it_ends_when_the_buffer_is_gone)
{
  std::optional<event_buffer> mine(std::in_place);
  group.async_read_events(*mine, {.linger = 5ms}, expect_abort());
  write_files(1);
  mine.reset();
  run();
}

BOOST_AUTO_TEST_CASE(another_read_of_the_handle_has_the_event_at_once)
{
  event_buffer other;
  std::size_t here = 0;
  std::size_t there = 0;
  group.async_read_events(buffer, until(2),
                          [&](error_code, event_range events) { here = events.size(); });
  group.async_read_events(other, [&](error_code, event_range events) { there = events.size(); });
  write_files(1);
  run_until([&] { return there != 0; });
  BOOST_TEST(there == 1);
  BOOST_TEST(here == 0);
  write_files(2);
  run();
  BOOST_TEST(here == 2);
}

BOOST_AUTO_TEST_CASE(two_can_linger_at_once)
{
  event_buffer other;
  std::size_t told = 0;
  const auto count = [&](error_code, event_range events) { told += events.size(); };
  group.async_read_events(buffer, {.linger = 3ms}, count);
  group.async_read_events(other, {.linger = 2ms}, count);
  write_files(1);
  run_until([&] { return told == 1; });
  write_files(1);
  run();
  BOOST_TEST(told == 2);
}

BOOST_AUTO_TEST_CASE(who_waits_meanwhile_is_told_of_the_events)
{
  let_linger(expect_abort());
  bool ready = false;
  group.async_wait([&](error_code ec) { ready = !ec; });
  run_until([&] { return ready; });
  group.cancel();
  run();
}

BOOST_AUTO_TEST_CASE(a_coroutine_and_a_future_take_options_in_braces)
{
  write_files(1);
  std::size_t count = 0;
  const auto reading = [&]() -> asio::awaitable<void>
  {
    count = (co_await group.async_read_events(buffer, {.linger = 1us}, asio::use_awaitable)).size();
  };
  asio::co_spawn(context, reading(), asio::use_future);
  run();
  BOOST_TEST(count == 1);

  write_files(1);
  auto future = group.async_read_events(buffer, {.linger = 1us}, asio::use_future);
  run();
  BOOST_TEST(future.get().size() == 1);
}

BOOST_AUTO_TEST_CASE(a_closed_handle_refuses_it)
{
  group.close();
  bool refused = false;
  group.async_read_events(buffer, {.linger = 1us, .busy_poll = 1us}, [&](error_code ec, event_range)
                          { refused = ec == asio::error::bad_descriptor; });
  BOOST_TEST(!refused);
  run();
  BOOST_TEST(refused);
}

BOOST_AUTO_TEST_CASE(a_stream_that_lingers_hands_everything_over)
{
  int told = 0;
  bool ended = false;
  fanio::async_for_each(
      group, [&](event_view) { return ++told < 50; },
      {.buffer_bytes = 1024, .reading = {.linger = 100us}},
      [&](std::exception_ptr e)
      {
        BOOST_TEST(!e);
        ended = true;
      });
  for (int i = 0; i < 10; ++i)
  {
    write_files(5);
    context.poll();
  }
  run();
  BOOST_TEST(ended);
  BOOST_TEST(told == 50);
}

BOOST_AUTO_TEST_CASE(a_stream_that_lingers_can_be_cancelled)
{
  asio::cancellation_signal signal;
  int ends = 0;
  fanio::async_for_each(
      group, [](event_view) {}, {.reading = {.linger = 1h}},
      asio::bind_cancellation_slot(
          signal.slot(),
          [&](std::exception_ptr e)
          {
            ++ends;
            BOOST_CHECK_EXCEPTION(std::rethrow_exception(e), boost::system::system_error,
                                  [](const auto& failure)
                                  { return failure.code() == asio::error::operation_aborted; });
          }));
  write_files(1);
  context.poll(); // it has been woken, and waits for more
  signal.emit(asio::cancellation_type::terminal);
  run();
  BOOST_TEST(ends == 1);
  BOOST_TEST(group.queued() != 0U); // no event is consumed
}

BOOST_AUTO_TEST_CASE(a_stream_can_poll_before_it_waits)
{
  int told = 0;
  fanio::async_for_each(
      group, [&](event_view) { return ++told < 2; }, {.reading = {.busy_poll = 1ms}},
      [](std::exception_ptr e) { BOOST_TEST(!e); });
  write_files(2);
  run();
  BOOST_TEST(told == 2);
}

BOOST_AUTO_TEST_CASE(a_stream_whose_buffer_was_full_reads_on_without_the_reactor)
{
  write_files(60); // several buffers
  int told = 0;
  fanio::async_for_each(
      group, [&](event_view) { return ++told < 60; },
      {.buffer_bytes = 1024, .events_per_turn = 1000}, [](std::exception_ptr) {});
  run_until([&] { return told != 0; });
  BOOST_TEST(told == 60);
  run();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(lingering_beside_others, lingering_fixture)

// On io_uring nobody knows which handler of Asio's own run_one runs.
#ifndef BOOST_ASIO_HAS_IO_URING_AS_DEFAULT
BOOST_AUTO_TEST_CASE(one_whose_handler_was_dropped_does_not_keep_the_next_awake)
{
  {
    asio::io_context other;
    group.async_read_events(
        buffer, {.linger = 1ms},
        asio::bind_executor(other.get_executor(), [](error_code, event_range) {}));
    write_files(1);
    context.poll();  // it has been woken
    other.run_one(); // it lingers
    context.restart();
    context.run_one(); // its time is over
  }
  std::size_t count = 0;
  group.async_read_events(buffer, {.linger = 20ms},
                          [&](error_code, event_range events) { count = events.size(); });
  context.restart();
  BOOST_TEST(context.run() < 100U); // handlers: one a look at the queue, each millisecond
  BOOST_TEST(count == 1U);
}
#endif

BOOST_AUTO_TEST_CASE(the_shorter_one_does_not_wait_for_the_longer)
{
  event_buffer another;
  std::string order;
  group.async_read_events(buffer, until(2), [&](error_code, event_range) { order += "longer "; });
  group.async_read_events(another, {.linger = 1ms},
                          [&](error_code, event_range) { order += "shorter "; });
  write_files(1);
  context.poll(); // both have been woken
  write_files(1); // the longer one sees that when it looks next, after a second
  run_until([&] { return !order.empty(); });
  BOOST_TEST(order == "shorter ");
  group.cancel();
  run();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(busy_polling, lingering_fixture)

BOOST_AUTO_TEST_CASE(it_reads_what_is_there_but_not_inside_the_initiating_function)
{
  write_files(2);
  BOOST_TEST(read({.busy_poll = 1h}) == 2);
}

BOOST_AUTO_TEST_CASE(it_sees_what_another_thread_does)
{
  write_files(0);
  std::size_t count = 0;
  group.async_read_events(buffer, {.busy_poll = 1h},
                          [&](error_code, event_range events) { count = events.size(); });
  const auto writer = std::async(std::launch::async, [this] { write_files(1); });
  run();
  BOOST_TEST(count == 1);
}

BOOST_AUTO_TEST_CASE(after_its_time_it_waits)
{
  std::size_t count = 0;
  group.async_read_events(buffer, {.busy_poll = 1us},
                          [&](error_code, event_range events) { count = events.size(); });
  context.poll();
  BOOST_TEST(count == 0);
  write_files(1);
  run();
  BOOST_TEST(count == 1);
}

BOOST_AUTO_TEST_CASE(it_is_cancelled_when_it_waits)
{
  group.async_read_events(buffer, {.busy_poll = 1us}, expect_abort());
  context.poll();
  group.cancel();
  run();
}

BOOST_AUTO_TEST_CASE(a_handle_that_is_closed_before_its_turn_ends_it)
{
  group.async_read_events(buffer, {.busy_poll = 1h}, expect_abort());
  group.close();
  run();
}

BOOST_AUTO_TEST_CASE(a_slot_ends_it_before_its_turn)
{
  asio::cancellation_signal signal;
  group.async_read_events(buffer, {.busy_poll = 1us},
                          asio::bind_cancellation_slot(signal.slot(), expect_abort()));
  signal.emit(asio::cancellation_type::total);
  run();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(reading_without_waiting, lingering_fixture)

BOOST_AUTO_TEST_CASE(nothing_to_read_is_would_block)
{
  error_code ec;
  BOOST_TEST(group.try_read_events(buffer, ec).empty());
  BOOST_TEST(ec == asio::error::would_block);
  write_files(2);
  BOOST_TEST(group.try_read_events(buffer, ec).size() == 2);
  BOOST_TEST(!ec);
  group.close();
  BOOST_TEST(group.try_read_events(buffer, ec).empty());
  BOOST_TEST(ec == asio::error::bad_descriptor);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(askers, test::permission_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(nobody_lingers_while_somebody_asks)
{
  auto group = guard();
  test::forked opener([this] { return test::try_open(file); });
  bool answered = false;
  group.async_read_events(buffer, for_ever,
                          [&](error_code ec, event_range events)
                          {
                            BOOST_TEST(!ec);
                            answered = group.respond(events, fanio::verdict::allow) == 1;
                          });
  context.run_for(test::deadline);
  BOOST_TEST(answered);
  BOOST_TEST(opener.result() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

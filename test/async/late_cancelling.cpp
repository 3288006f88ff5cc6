// Reads that are cancelled when they have been woken, or need not be, and have not read yet.

#include "support/context_fixture.hpp"
#include "support/requires.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace asio = boost::asio;
using fanio::error_code;
using fanio::event_buffer;
using fanio::event_range;
using fanio::fanotify_handle;
using fanio::read_options;
using namespace std::chrono_literals;

namespace {

struct late_cancelling_fixture : test::watching_fixture
{
  /// Starts a read whose handler runs in another context, and cancels it when the reactor has woken
  /// it, or its linger is over, and that context has not run.
  void cancel_when_woken(const read_options& options, const std::function<void()>& cancel)
  {
    group.async_read_events(
        buffer, options,
        asio::bind_cancellation_slot(signal.slot(),
                                     asio::bind_executor(other.get_executor(), expect_abort())));
    write_files(1);
    context.restart();
    context.poll();
    cancel();
    other.run();
    run();
    BOOST_TEST(group.queued() == 1U);
  }

  /// Starts a read after one that has filled its buffer, and cancels it before its turn.
  void cancel_after_a_full_read(const std::function<void()>& cancel)
  {
    write_files(40);
    const auto before = group.queued();
    const auto first = group.read_events(buffer).size();
    BOOST_TEST_REQUIRE(first < before);
    group.async_read_events(buffer, asio::bind_cancellation_slot(signal.slot(), expect_abort()));
    cancel();
    run();
    BOOST_TEST(group.queued() == before - first);
  }

  event_buffer buffer{2048};
  asio::cancellation_signal signal;
  asio::io_context other;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(late_cancelling, late_cancelling_fixture)

BOOST_AUTO_TEST_CASE(a_slot_ends_a_read_that_was_woken)
{
  cancel_when_woken({}, [this] { signal.emit(asio::cancellation_type::total); });
}

BOOST_AUTO_TEST_CASE(the_handle_ends_a_read_that_was_woken)
{
  cancel_when_woken({}, [this] { group.cancel(); });
}

BOOST_AUTO_TEST_CASE(a_slot_ends_a_read_that_need_not_be_woken)
{
  cancel_after_a_full_read([this] { signal.emit(asio::cancellation_type::total); });
}

BOOST_AUTO_TEST_CASE(the_handle_ends_a_read_that_need_not_be_woken)
{
  cancel_after_a_full_read([this] { group.cancel(); });
}

BOOST_AUTO_TEST_CASE(a_handle_that_is_closed_ends_a_read_that_need_not_be_woken)
{
  write_files(40);
  static_cast<void>(group.read_events(buffer));
  group.async_read_events(buffer, expect_abort());
  group.close();
  run();
}

BOOST_AUTO_TEST_CASE(the_handle_ends_a_read_that_is_to_poll)
{
  group.async_read_events(buffer, {.busy_poll = 1us}, expect_abort());
  group.cancel();
  run();
}

// On io_uring nobody knows which handler of Asio's own run_one runs.
#ifndef BOOST_ASIO_HAS_IO_URING_AS_DEFAULT
BOOST_AUTO_TEST_CASE(the_handle_ends_a_linger_that_is_over)
{
  cancel_when_woken({.linger = 1ms},
                    [this]
                    {
                      other.run_one(); // it has been woken, and lingers
                      context.restart();
                      context.run_one(); // its time is over
                      group.cancel();
                    });
}
#endif

BOOST_AUTO_TEST_CASE(the_next_read_is_not_cancelled)
{
  group.cancel();
  write_files(1);
  std::size_t count = 0;
  group.async_read_events(buffer, [&](error_code, event_range events) { count = events.size(); });
  run();
  BOOST_TEST(count == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

// async_for_each: the stream form.

#include "support/context_fixture.hpp"
#include "support/full_descriptor_table.hpp"
#include "support/permission_fixture.hpp"
#include "support/requires.hpp"
#include <fanio/async_for_each.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace asio = boost::asio;
namespace utf = boost::unit_test;
using fanio::async_for_each;
using fanio::error_code;
using fanio::event_mask;
using fanio::event_view;
using fanio::fanotify_handle;

namespace {

/// What a stream completed with.
struct outcome
{
  auto handler()
  {
    return [this, once = test::once()](std::exception_ptr e) mutable
    {
      once();
      done = true;
      try
      {
        e ? std::rethrow_exception(e) : void();
      }
      catch (const boost::system::system_error& error)
      {
        ec = error.code();
      }
      catch (...)
      {
        thrown = e;
      }
    };
  }

  bool done = false;
  error_code ec;             // of a system_error
  std::exception_ptr thrown; // anything else
};

struct streaming_fixture : test::watching_fixture
{
  /// The function does this at the second event of many, and is told of none after it.
  void check_it_ends_by(const std::function<void()>& action)
  {
    write_files(30);
    int told = 0;
    const auto act_at_second = [&](event_view)
    {
      if (++told == 2)
      {
        action();
      }
    };
    async_for_each(group, act_at_second, result.handler());
    run();
    BOOST_TEST(result.ec == asio::error::operation_aborted);
    BOOST_TEST(told == 2);
  }

  outcome result;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(streaming, streaming_fixture)

BOOST_AUTO_TEST_CASE(every_event_is_handed_over_in_order_until_the_function_says_false)
{
  write_files(100);
  std::vector<std::string> names;
  async_for_each(
      group,
      [&](event_view e)
      {
        names.emplace_back(e.name().value());
        return names.size() < 100;
      },
      {.buffer_bytes = 1024}, result.handler());
  run();
  BOOST_TEST(result.done);
  BOOST_TEST(!result.thrown);
  BOOST_TEST(!result.ec);
  for (std::size_t i = 0; i < names.size(); ++i)
  {
    BOOST_TEST(names[i] == "f" + std::to_string(i));
  }
}

BOOST_AUTO_TEST_CASE(a_slot_ends_it)
{
  asio::cancellation_signal signal;
  int told = 0;
  async_for_each(
      group,
      [&](event_view)
      {
        ++told;
        signal.emit(asio::cancellation_type::total);
      },
      asio::bind_cancellation_slot(signal.slot(), result.handler()));
  write_files(3);
  run();
  BOOST_TEST(result.ec == asio::error::operation_aborted);
  BOOST_TEST(told == 1);
}

BOOST_AUTO_TEST_CASE(cancel_and_close_end_it_while_it_waits)
{
  async_for_each(group, [](event_view) {}, result.handler());
  context.poll();
  group.cancel();
  run();
  BOOST_TEST(result.ec == asio::error::operation_aborted);

  outcome closed;
  async_for_each(group, [](event_view) {}, closed.handler());
  context.poll();
  group.close();
  run();
  BOOST_TEST(closed.ec == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(cancel_ends_it_while_it_waits_for_its_next_turn)
{
  write_files(30);
  int told = 0;
  const auto cancel_soon = [&](event_view)
  {
    if (++told == 1)
    {
      asio::post(context, [this] { group.cancel(); });
    }
  };
  async_for_each(group, cancel_soon, {.events_per_turn = 2}, result.handler());
  run();
  BOOST_TEST(result.ec == asio::error::operation_aborted);
  BOOST_TEST(told == 2);
}

BOOST_AUTO_TEST_CASE(closing_by_the_function_ends_it_before_the_next_event)
{
  check_it_ends_by([this] { group.close(); });
}

BOOST_AUTO_TEST_CASE(a_handle_that_the_function_opens_again_is_not_gone_on_with)
{
  check_it_ends_by(
      [this]
      {
        group.close();
        group.open({.flags = fanio::init_flags::report_fid});
      });
}

BOOST_AUTO_TEST_CASE(cancel_by_the_function_ends_it)
{
  check_it_ends_by([this] { group.cancel(); });
}

BOOST_AUTO_TEST_CASE(what_the_function_throws_is_what_it_completes_with)
{
  write_files(3);
  async_for_each(group, [](event_view) { throw std::runtime_error("no more"); }, result.handler());
  run();
  BOOST_TEST(result.done);
  BOOST_CHECK_THROW(std::rethrow_exception(result.thrown), std::runtime_error);
  BOOST_TEST(!result.ec);
}

BOOST_AUTO_TEST_CASE(others_get_their_turn)
{
  write_files(30);
  int told = 0;
  std::vector<int> turns;
  std::function<void()> other = [&]
  {
    turns.push_back(told);
    if (told < 30)
    {
      asio::post(context, other);
    }
  };
  async_for_each(
      group, [&](event_view) { return ++told < 30; }, {.events_per_turn = 10}, result.handler());
  asio::post(context, other);
  run();
  // Between the turns of the stream the other one ran, so it saw it at 10 and at 20.
  BOOST_TEST(std::ranges::count(turns, 10) >= 1);
  BOOST_TEST(std::ranges::count(turns, 20) >= 1);
}

BOOST_AUTO_TEST_CASE(a_coroutine_is_awaited_before_the_next_event)
{
  write_files(5);
  int running = 0;
  int told = 0;
  const auto handle = [&](event_view e) -> asio::awaitable<bool>
  {
    BOOST_TEST(++running == 1);
    const std::string name(e.name().value());
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    BOOST_TEST(name == e.name().value()); // the view is valid until the end
    --running;
    co_return ++told < 5;
  };
  async_for_each(group, handle, result.handler());
  run();
  BOOST_TEST(told == 5);
  BOOST_TEST(!result.thrown);
  BOOST_TEST(!result.ec);
}

BOOST_AUTO_TEST_CASE(a_coroutine_runs_on_the_handlers_executor)
{
  write_files(1);
  auto strand = asio::make_strand(context);
  bool on_strand = false;
  const auto handle = [&](event_view) -> asio::awaitable<bool>
  {
    on_strand = strand.running_in_this_thread();
    co_return false;
  };
  async_for_each(group, handle, asio::bind_executor(strand, result.handler()));
  run();
  BOOST_TEST(on_strand);
}

BOOST_AUTO_TEST_CASE(cancellation_reaches_the_coroutine_that_is_awaited)
{
  write_files(2);
  asio::cancellation_signal signal;
  int told = 0;
  const auto handle = [&](event_view) -> asio::awaitable<void>
  {
    ++told;
    asio::post(context, [&] { signal.emit(asio::cancellation_type::terminal); });
    asio::steady_timer timer(co_await asio::this_coro::executor, test::deadline);
    co_await timer.async_wait(asio::use_awaitable);
  };
  async_for_each(group, handle, asio::bind_cancellation_slot(signal.slot(), result.handler()));
  run();
  BOOST_TEST(told == 1);
  BOOST_TEST(!result.thrown);
  BOOST_TEST(result.ec == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(what_a_coroutine_throws_is_what_it_completes_with)
{
  write_files(2);
  const auto handle = [](event_view) -> asio::awaitable<void>
  {
    throw std::runtime_error("no more");
    co_return;
  };
  async_for_each(group, handle, result.handler());
  run();
  BOOST_CHECK_THROW(std::rethrow_exception(result.thrown), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_coroutine_awaits_the_whole_stream)
{
  write_files(2);
  asio::co_spawn(
      context,
      [](streaming_fixture& f) -> asio::awaitable<void>
      {
        int told = 0;
        const auto count = [&told](event_view) { return ++told < 2; };
        co_await async_for_each(f.group, count);
        BOOST_TEST(told == 2);
      }(*this),
      [](std::exception_ptr e) { BOOST_TEST(!e); });
  run();
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_awaits_it_gets_an_exception_when_it_fails)
{
  group.close();
  asio::co_spawn(
      context, [](streaming_fixture& f) -> asio::awaitable<void>
      { co_await async_for_each(f.group, [](event_view) {}, asio::use_awaitable); }(*this),
      result.handler());
  run();
  BOOST_TEST(result.ec == asio::error::bad_descriptor);
}

BOOST_AUTO_TEST_CASE(a_turn_has_at_least_one_event)
{
  write_files(2);
  int told = 0;
  async_for_each(
      group, [&](event_view) { return ++told < 2; }, {.events_per_turn = 0}, result.handler());
  run();
  BOOST_TEST(told == 2);
}

BOOST_AUTO_TEST_CASE(a_close_by_the_function_ends_it_as_any_other_close)
{
  write_files(1);
  async_for_each(group, [&](event_view) { group.close(); }, result.handler());
  run();
  BOOST_TEST(result.ec == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(a_closed_handle_is_told)
{
  group.close();
  async_for_each(group, [](event_view) {}, result.handler());
  run();
  BOOST_TEST(result.ec == asio::error::bad_descriptor);
}

BOOST_AUTO_TEST_CASE(a_lost_event_is_told_to_a_function_that_takes_errors_and_the_stream_goes_on,
                     *utf::precondition(test::is_privileged))
{
  const auto file = directory.write("file");
  fanotify_handle fds(context, {.report_lost_events = false});
  fds.add_mark(file, event_mask::open);

  struct listener
  {
    void operator()(error_code) { table->reset(), ++*lost; }

    bool operator()(event_view) { return false; }

    std::optional<test::full_descriptor_table>* table;
    int* lost;
  };

  std::optional<test::full_descriptor_table> table;
  int lost = 0;
  async_for_each(fds, listener{&table, &lost}, {.buffer_bytes = 24}, result.handler());
  context.poll();
  test::opener first(file);
  BOOST_TEST(first.result() == 0);
  table.emplace();
  run_until([&] { return lost == 1; });
  test::try_open(file);
  run();
  BOOST_TEST(result.done);
  BOOST_TEST(!result.ec);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

struct permission_stream : test::permission_fixture
{
  outcome result;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(streaming_requests, permission_stream,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(requests_left_by_a_function_that_threw_get_the_default_verdict)
{
  auto group =
      guard({.flags = fanio::init_flags::class_content, .default_verdict = fanio::verdict::deny});
  test::opener first(file);
  test::opener second(file);
  await_queued(group, 2);
  async_for_each(
      group, [](event_view) { throw std::runtime_error("no verdict"); }, result.handler());
  context.run_for(test::deadline);
  BOOST_TEST(result.done);
  BOOST_TEST(first.result() == EPERM);
  BOOST_TEST(second.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(a_coroutine_answers_each)
{
  auto group = guard();
  test::opener first(file);
  test::opener second(file);
  int answered = 0;
  const auto decide = [&](event_view e) -> asio::awaitable<bool>
  {
    co_await group.async_respond(e, e.pid() == second.pid() ? fanio::response::deny()
                                                            : fanio::response::allow());
    co_return ++answered < 2;
  };
  async_for_each(group, decide, result.handler());
  context.run_for(test::deadline);
  BOOST_TEST(first.result() == 0);
  BOOST_TEST(second.result() == EPERM);
}

BOOST_AUTO_TEST_SUITE_END()

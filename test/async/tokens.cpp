// Every completion token drives both kinds of operation. Any user may run these.

#include "support/context_fixture.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/prepend.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

namespace asio = boost::asio;
using fanio::error_code;
using fanio::event_buffer;
using fanio::event_range;
using fanio::fanotify_handle;

namespace {

struct tokens_fixture : test::context_fixture
{
  /// Runs a coroutine to its end and hands on what it throws.
  template <typename Awaitable>
  void run_coroutine(Awaitable awaitable)
  {
    std::exception_ptr thrown;
    asio::co_spawn(context, std::move(awaitable), [&](std::exception_ptr e) { thrown = e; });
    run();
    if (thrown)
    {
      std::rethrow_exception(thrown);
    }
  }

  fanotify_handle group = watch_directory();
  event_buffer buffer;
};

/// A token of one's own: keeps the result in an optional.
struct store_result
{
  std::optional<error_code>* where;
};

} // namespace

template <typename... Results>
class boost::asio::async_result<store_result, void(error_code, Results...)>
{
public:
  template <typename Initiation, typename... Args>
  static void initiate(Initiation&& initiation, store_result token, Args&&... args)
  {
    std::forward<Initiation>(initiation)([where = token.where](error_code ec, const Results&...)
                                         { *where = ec; }, std::forward<Args>(args)...);
  }
};

BOOST_FIXTURE_TEST_SUITE(tokens, tokens_fixture)

BOOST_AUTO_TEST_CASE(a_callback)
{
  directory.write("a");
  group.async_read_events(buffer,
                          [once = test::once()](error_code ec, event_range events) mutable
                          {
                            once();
                            BOOST_TEST(!ec);
                            BOOST_TEST(events.front().name().value() == "a");
                          });
  run();
}

BOOST_AUTO_TEST_CASE(a_handler_is_never_called_from_inside_the_initiating_function)
{
  directory.write("a");
  bool called = false;
  group.async_read_events(buffer, [&](error_code, event_range) { called = true; });
  BOOST_TEST(!called);
  run();
  BOOST_TEST(called);

  called = false;
  group.close();
  group.async_read_events(buffer,
                          [&](error_code ec, event_range)
                          {
                            called = true;
                            BOOST_TEST(ec == asio::error::bad_descriptor);
                          });
  BOOST_TEST(!called);
  run();
  BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(a_handler_that_can_only_be_moved)
{
  directory.write("a");
  group.async_read_events(buffer, [only = std::make_unique<int>(1), once = test::once()](
                                      error_code, event_range) mutable { once(); });
  run();
}

BOOST_AUTO_TEST_CASE(a_future)
{
  directory.write("a");
  auto events = group.async_read_events(buffer, asio::use_future);
  run();
  BOOST_TEST(events.get().size() == 1);

  group.close();
  auto failed = group.async_read_events(buffer, asio::use_future);
  run();
  BOOST_CHECK_THROW(failed.get(), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(use_awaitable)
{
  run_coroutine(
      [](tokens_fixture& f) -> asio::awaitable<void>
      {
        f.directory.write("a");
        const auto events = co_await f.group.async_read_events(f.buffer, asio::use_awaitable);
        BOOST_TEST(events.size() == 1);
      }(*this));
}

BOOST_AUTO_TEST_CASE(the_default_token_is_awaited)
{
  run_coroutine(
      [](tokens_fixture& f) -> asio::awaitable<void>
      {
        f.directory.write("a");
        co_await f.group.async_wait();
        const auto events = co_await f.group.async_read_events(f.buffer);
        BOOST_TEST(events.size() == 1);
      }(*this));
}

BOOST_AUTO_TEST_CASE(an_executor_with_a_default_token_of_its_own)
{
  using tuple_executor =
      asio::as_tuple_t<asio::use_awaitable_t<>>::executor_with_default<asio::any_io_executor>;
  fanio::basic_fanotify_handle<tuple_executor> tuples(std::move(group));
  run_coroutine(
      [](auto& f, auto& handle) -> asio::awaitable<void>
      {
        f.directory.write("a");
        const auto [ec, events] = co_await handle.async_read_events(f.buffer);
        BOOST_TEST(!ec);
        BOOST_TEST(events.size() == 1);
      }(*this, tuples));
}

BOOST_AUTO_TEST_CASE(as_default_on_changes_the_token)
{
  auto tuples = asio::as_tuple(asio::use_awaitable).as_default_on(std::move(group));
  run_coroutine(
      [](auto& f, auto& handle) -> asio::awaitable<void>
      {
        f.directory.write("a");
        const auto [ec, events] = co_await handle.async_read_events(f.buffer);
        BOOST_TEST(!ec);
        BOOST_TEST(events.size() == 1);
      }(*this, tuples));
}

BOOST_AUTO_TEST_CASE(a_deferred_operation_starts_when_it_is_launched)
{
  directory.write("a");
  auto later = group.async_read_events(buffer, asio::deferred);
  run();
  BOOST_TEST(group.queued() == 1);
  std::move(later)(
      [once = test::once()](error_code ec, event_range events) mutable
      {
        once();
        BOOST_TEST(!ec);
        BOOST_TEST(events.size() == 1);
      });
  run();
}

BOOST_AUTO_TEST_CASE(as_tuple)
{
  group.close();
  run_coroutine(
      [](tokens_fixture& f) -> asio::awaitable<void>
      {
        const auto [ec, events] =
            co_await f.group.async_read_events(f.buffer, asio::as_tuple(asio::use_awaitable));
        BOOST_TEST(ec == asio::error::bad_descriptor);
        BOOST_TEST(events.empty());
      }(*this));
}

BOOST_AUTO_TEST_CASE(redirect_error)
{
  group.close();
  run_coroutine(
      [](tokens_fixture& f) -> asio::awaitable<void>
      {
        error_code ec;
        co_await f.group.async_read_events(f.buffer, asio::redirect_error(asio::use_awaitable, ec));
        BOOST_TEST(ec == asio::error::bad_descriptor);
      }(*this));
}

BOOST_AUTO_TEST_CASE(detached)
{
  directory.write("a");
  group.async_read_events(buffer, asio::detached);
  run();
  BOOST_TEST(buffer.events().size() == 1);
}

BOOST_AUTO_TEST_CASE(bind_executor)
{
  auto strand = asio::make_strand(context);
  directory.write("a");
  group.async_read_events(buffer, asio::bind_executor(strand,
                                                      [&](error_code, event_range events)
                                                      {
                                                        BOOST_TEST(strand.running_in_this_thread());
                                                        BOOST_TEST(events.size() == 1);
                                                      }));
  run();
}

BOOST_AUTO_TEST_CASE(bind_allocator)
{
  directory.write("a");
  bool called = false;
  group.async_read_events(
      buffer,
      asio::bind_allocator(std::allocator<int>(), [&](error_code, event_range) { called = true; }));
  run();
  BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(bind_cancellation_slot)
{
  asio::cancellation_signal signal;
  group.async_read_events(
      buffer, asio::bind_cancellation_slot(signal.slot(), [](error_code ec, event_range)
                                           { BOOST_TEST(ec == asio::error::operation_aborted); }));
  signal.emit(asio::cancellation_type::total);
  run();
}

BOOST_AUTO_TEST_CASE(an_erased_handler)
{
  directory.write("a");
  bool called = false;
  asio::any_completion_handler<void(error_code, event_range)> handler([&](error_code, event_range)
                                                                      { called = true; });
  group.async_read_events(buffer, std::move(handler));
  run();
  BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(append_and_prepend)
{
  directory.write("a");
  group.async_read_events(
      buffer, asio::prepend(asio::append([](int first, error_code, event_range, int last)
                                         { BOOST_TEST(first + last == 3); }, 2),
                            1));
  run();
}

BOOST_AUTO_TEST_CASE(a_token_of_ones_own)
{
  std::optional<error_code> result;
  directory.write("a");
  group.async_read_events(buffer, store_result{&result});
  run();
  BOOST_TEST(!result.value());
  group.async_wait(store_result{&result});
  group.cancel();
  run();
  BOOST_TEST(result.value() == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(waiting_tells_readiness_and_reads_nothing)
{
  directory.write("a");
  bool ready = false;
  group.async_wait([&](error_code ec) { ready = !ec; });
  run();
  BOOST_TEST(ready);
  BOOST_TEST(group.queued() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

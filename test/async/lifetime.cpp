// Handles that move, close and die while operations are outstanding; contexts that end before.

#include "support/context_fixture.hpp"
#include "support/requires.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace asio = boost::asio;
namespace utf = boost::unit_test;
using fanio::error_code;
using fanio::event_buffer;
using fanio::event_mask;
using fanio::event_range;
using fanio::fanotify_handle;

BOOST_FIXTURE_TEST_SUITE(lifetime, test::context_fixture)

BOOST_AUTO_TEST_CASE(a_read_goes_on_when_its_handle_moves)
{
  auto first = watch_directory();
  event_buffer buffer;
  bool done = false;
  first.async_read_events(buffer,
                          [&](error_code ec, event_range events)
                          {
                            BOOST_TEST(!ec);
                            done = events.size() == 1;
                          });
  const fanotify_handle second(std::move(first));
  directory.write("a");
  run();
  BOOST_TEST(done);
}

BOOST_AUTO_TEST_CASE(a_read_can_be_cancelled_by_its_slot_after_its_handle_moved)
{
  std::optional<fanotify_handle> first(watch_directory());
  event_buffer buffer;
  asio::cancellation_signal signal;
  error_code result;
  first->async_read_events(buffer, asio::bind_cancellation_slot(signal.slot(),
                                                                [&](error_code ec, event_range)
                                                                { result = ec; }));
  const fanotify_handle second(std::move(*first));
  first.reset();
  signal.emit(asio::cancellation_type::terminal);
  run();
  BOOST_TEST(result == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(a_completion_on_another_context_may_run_after_its_handle_died)
{
  asio::io_context other;
  std::optional<fanotify_handle> group(watch_directory());
  event_buffer buffer;
  error_code result;
  group->async_read_events(
      buffer,
      asio::bind_executor(other.get_executor(), [&](error_code ec, event_range) { result = ec; }));
  directory.write("a");
  run_until([&] { return other.poll_one() == 0 && group->queued() == 1; });
  context.poll(); // readiness has been handed to the other context
  group.reset();
  other.restart();
  other.run_for(test::deadline);
  BOOST_TEST(result == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(a_handle_may_be_closed_while_a_read_completes_on_the_handlers_executor)
{
  asio::thread_pool pool(1);
  for (int round = 0; round < 200; ++round)
  {
    auto group = watch_directory();
    event_buffer buffer;
    std::promise<error_code> done;
    group.async_read_events(buffer,
                            asio::bind_executor(pool.get_executor(), [&](error_code ec, event_range)
                                                { done.set_value(ec); }));
    directory.write("a");
    context.restart();
    context.poll(); // readiness goes to the pool, where the read is made
    group.close();
    run(); // an operation is work of its context until it has completed
    const auto ec = done.get_future().get();
    BOOST_TEST((!ec || ec == asio::error::operation_aborted));
  }
}

BOOST_AUTO_TEST_CASE(a_deferred_read_may_be_launched_after_its_handle_died)
{
  std::optional<fanotify_handle> group(watch_directory());
  event_buffer buffer;
  auto later = group->async_read_events(buffer, asio::deferred);
  group.reset();
  error_code result;
  std::move(later)([&](error_code ec, event_range) { result = ec; });
  run();
  BOOST_TEST(result == asio::error::bad_descriptor);
}

BOOST_AUTO_TEST_CASE(a_handle_may_be_destroyed_by_its_own_handler)
{
  auto group = std::make_unique<fanotify_handle>(watch_directory());
  event_buffer buffer;
  directory.write("a");
  auto* handle = group.get();
  handle->async_read_events(buffer, [group = std::move(group)](error_code, event_range) mutable
                            { group.reset(); });
  run();
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_leaves_everything_in_order)
{
  auto group = watch_directory();
  event_buffer buffer;
  directory.write("a");
  group.async_read_events(buffer,
                          [](error_code, event_range) { throw std::runtime_error("handler"); });
  BOOST_CHECK_THROW(context.run_for(test::deadline), std::runtime_error);
  directory.write("b");
  bool done = false;
  group.async_read_events(buffer, [&](error_code ec, event_range) { done = !ec; });
  run();
  BOOST_TEST(done);
}

BOOST_AUTO_TEST_CASE(a_context_that_ends_first_leaks_nothing,
                     *utf::precondition(test::is_privileged))
{
  event_buffer buffer;
  std::optional<asio::io_context> other(std::in_place);
  {
    fanotify_handle group(*other, fanio::group_options{});
    const auto file = directory.write("file");
    group.add_mark(file, event_mask::open);
    for (int i = 0; i < 10; ++i)
    {
      test::try_open(file);
    }
    group.async_read_events(buffer, [](error_code, event_range) {});
    other->poll_one(); // ready, perhaps, and not completed
    group.async_wait([](error_code) {});
  }
  other.reset();
}

BOOST_AUTO_TEST_CASE(an_operation_outstanding_when_the_context_ends_is_destroyed)
{
  event_buffer buffer;
  auto held = std::make_shared<int>();
  {
    asio::io_context other;
    fanotify_handle group(other, {.flags = fanio::init_flags::report_fid});
    group.async_read_events(buffer, [held](error_code, event_range) {});
    BOOST_TEST(held.use_count() == 2);
  }
  BOOST_TEST(held.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(several_reads_share_the_events_and_none_is_lost)
{
  auto group = watch_directory();
  constexpr int readers = 3;
  constexpr int files = 300;
  std::vector<event_buffer> buffers;
  for (int i = 0; i < readers; ++i)
  {
    buffers.emplace_back(200);
  }
  std::size_t told = 0;
  std::function<void(event_buffer&)> read = [&](event_buffer& buffer)
  {
    group.async_read_events(buffer,
                            [&](error_code ec, event_range events)
                            {
                              told += events.size();
                              if (told == files)
                              {
                                group.close();
                              }
                              else if (!ec)
                              {
                                read(buffer);
                              }
                            });
  };
  for (auto& buffer : buffers)
  {
    read(buffer);
  }
  for (int i = 0; i < files; ++i)
  {
    directory.write("f" + std::to_string(i));
  }
  run();
  BOOST_TEST(told == static_cast<std::size_t>(files));
}

BOOST_AUTO_TEST_CASE(a_pool_of_threads_reads_through_a_strand)
{
  constexpr std::size_t files = 2000;
  asio::thread_pool pool(3);
  auto strand = asio::make_strand(pool);
  fanotify_handle group(pool, {.flags = fanio::init_flags::report_dfid_name});
  group.add_mark(directory.path(), event_mask::create);
  event_buffer buffer(400);
  std::size_t told = 0;
  std::promise<void> done;
  std::function<void()> read = [&]
  {
    group.async_read_events(buffer,
                            asio::bind_executor(strand,
                                                [&](error_code ec, event_range events)
                                                {
                                                  BOOST_TEST(strand.running_in_this_thread());
                                                  told += events.size();
                                                  if (ec || told == files)
                                                  {
                                                    done.set_value();
                                                  }
                                                  else
                                                  {
                                                    read();
                                                  }
                                                }));
  };
  asio::post(strand, read);
  for (std::size_t i = 0; i < files; ++i)
  {
    directory.write(std::to_string(i), "");
  }
  BOOST_REQUIRE((done.get_future().wait_for(test::deadline) == std::future_status::ready));
  pool.join();
  BOOST_TEST(told == files);
}

BOOST_AUTO_TEST_SUITE_END()

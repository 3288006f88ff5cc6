// Memory runs out: each allocation of an operation fails in turn. Whoever waits gets an answer all
// the same, and no descriptor is lost: the fixture counts them.

#include "support/failing_allocation.hpp"
#include "support/guarded_file.hpp"
#include <fanio/async_for_each.hpp>
#include <fanio/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <new>
#include <string>

namespace asio = boost::asio;
namespace utf = boost::unit_test;
using fanio::error_code;
using fanio::event;
using fanio::event_buffer;
using fanio::event_mask;
using fanio::event_range;
using fanio::event_view;
using fanio::fanotify_handle;
using fanio::group_options;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::response;
using test::fail_closed;

namespace {

struct memory_fixture : test::guarded_file
{
  /// Does something again and again, the first time with its first allocation failing, then with
  /// its second, until all succeed. Returns how often it was done.
  template <typename Before, typename Act, typename After>
  static std::size_t each_allocation_fails(Before before, Act act, After after)
  {
    for (std::size_t n = 0;; ++n)
    {
      auto object = before();
      bool has_failed = false;
      {
        const test::failing_allocation fault(n);
        try
        {
          act(object);
        }
        catch (const std::bad_alloc&)
        {}
        has_failed = fault.has_failed();
      }
      after(object);
      if (!has_failed)
      {
        return n;
      }
    }
  }

  struct asked
  {
    fanotify_handle group;
    std::unique_ptr<test::opener> asker;
  };

  /// Somebody waits for the answer of a fail-closed group; while memory fails something is done
  /// with it that may end with a deny. When the group is gone there must have been one.
  template <typename Act>
  std::size_t nobody_stays_blocked(Act act)
  {
    const auto before = [&]
    {
      asked a{.group = guard(fail_closed), .asker = std::make_unique<test::opener>(file)};
      await_queued(a.group, 1);
      return a;
    };
    const auto after = [&](asked& a)
    {
      buffer->clear();
      BOOST_TEST(a.group.unanswered() == 0); // what was read has got its answer
      a.group.close();
      context.restart();
      context.poll();
      BOOST_TEST(a.asker->result() == EPERM); // and so has what was not
    };
    return each_allocation_fails(before, [&](asked& a) { act(a.group); }, after);
  }

  /// Runs until something has happened that sets `done`.
  void run_one_until(const bool& done)
  {
    context.restart();
    while (!done && context.run_one_for(test::deadline) == 1)
    {
    }
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(memory, memory_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(opening)
{
  const auto times =
      each_allocation_fails([] { return std::make_unique<asio::io_context>(); },
                            [](auto& other) { fanotify_handle(*other, fail_closed); },
                            [](auto& other)
                            {
                              const fanotify_handle again(*other, fail_closed);
                              BOOST_TEST(again.is_open());
                            });
  BOOST_TEST(times > 0);
}

BOOST_AUTO_TEST_CASE(adopting)
{
  const auto times = each_allocation_fails([&] { return open(fail_closed); },
                                           [&](fanotify_handle& group)
                                           {
                                             fanotify_handle other(context);
                                             const int fd = group.release();
                                             try
                                             {
                                               other.assign(fd);
                                             }
                                             catch (const std::bad_alloc&)
                                             {
                                               ::close(fd); // it is still the caller's
                                             }
                                           },
                                           [](fanotify_handle&) {});
  BOOST_TEST(times > 0);
}

BOOST_AUTO_TEST_CASE(refusals_are_explained_or_not_but_told)
{
  const auto refuse = [&](fanotify_handle& group)
  {
    error_code ec;
    group.add_mark(file, event_mask::create, ec);
    group.add_mark(file, event_mask::q_overflow, ec);
    group.add_mark(fs / "nowhere", event_mask::open, ec);
    group.remove_mark(file, event_mask::open, ec);
    group.ignore(file, event_mask::open, ec);
    group.ignore(file, event_mask::open, ec, fanio::mark_target::inode, mark_flags::ignored_mask);
    fanotify_handle other(context);
    other.open({.flags = init_flags::report_name}, ec);
    group.add_mark(file, event_mask::create); // throws
  };
  each_allocation_fails([&] { return open(content); },
                        [&](fanotify_handle& group)
                        {
                          try
                          {
                            refuse(group);
                          }
                          catch (const boost::system::system_error&)
                          {}
                        },
                        [](fanotify_handle&) {});
}

BOOST_AUTO_TEST_CASE(reading)
{
  nobody_stays_blocked(
      [](fanotify_handle& group)
      {
        event_buffer own;
        group.read_events(own);
      });
}

BOOST_AUTO_TEST_CASE(reading_later)
{
  const auto times = nobody_stays_blocked(
      [&](fanotify_handle& group)
      {
        bool done = false;
        group.async_read_events(*buffer, [&](error_code, event_range) { done = true; });
        run_one_until(done);
      });
  BOOST_TEST(times > 0);
}

BOOST_AUTO_TEST_CASE(reading_for_a_future)
{
  const auto times = nobody_stays_blocked(
      [&](fanotify_handle& group)
      {
        auto future = group.async_read_events(*buffer, asio::use_future);
        context.restart();
        context.run_one_for(test::deadline);
      });
  BOOST_TEST(times > 0);
}

BOOST_AUTO_TEST_CASE(reading_and_answering_in_a_coroutine)
{
  const auto times = nobody_stays_blocked(
      [&](fanotify_handle& group)
      {
        bool done = false;
        const auto coroutine = [&]() -> asio::awaitable<void>
        {
          const auto events = co_await group.async_read_events(*buffer, asio::use_awaitable);
          co_await group.async_respond(events, response::deny(), asio::use_awaitable);
          done = true;
        };
        asio::co_spawn(context, coroutine, [&](std::exception_ptr) { done = true; });
        run_one_until(done);
      });
  BOOST_TEST(times > 0);
}

BOOST_AUTO_TEST_CASE(taking)
{
  const auto times = nobody_stays_blocked(
      [](fanotify_handle& group)
      {
        event_buffer own;
        std::vector<event> taken;
        for (const auto e : group.read_events(own))
        {
          taken.push_back(e.take());
        }
      });
  BOOST_TEST(times > 0);
}

BOOST_AUTO_TEST_CASE(taking_what_is_long_leaves_it_where_it_is_if_it_fails)
{
  auto group = open(init_flags::report_dfid_name);
  group.add_mark(fs.path(), event_mask::create);
  const std::string name(200, 'n');
  fs.write(name);
  const event_view e = group.read_events(*buffer).front();
  {
    const test::failing_allocation fault(0);
    BOOST_CHECK_THROW(static_cast<void>(e.take()), std::bad_alloc);
  }
  BOOST_TEST(e.name().value() == name);
  BOOST_TEST(e.take().name().value() == name);
}

BOOST_AUTO_TEST_CASE(answering)
{
  nobody_stays_blocked([&](fanotify_handle& group)
                       { group.respond(group.read_events(*buffer), response::deny()); });
}

BOOST_AUTO_TEST_CASE(answering_later_what_is_borrowed_and_what_is_owned)
{
  const auto ignore = [](error_code) {};
  auto times = nobody_stays_blocked(
      [&](fanotify_handle& group)
      { group.async_respond(group.read_events(*buffer).front(), response::deny(), ignore); });
  BOOST_TEST(times > 0);
  times = nobody_stays_blocked(
      [&](fanotify_handle& group)
      {
        group.async_respond(group.read_events(*buffer).front().take(), response::deny(), ignore);
      });
  BOOST_TEST(times > 0);
}

BOOST_AUTO_TEST_CASE(streaming)
{
  const auto times = nobody_stays_blocked(
      [&](fanotify_handle& group)
      {
        bool done = false;
        fanio::async_for_each(
            group, [](const event_view&) { return false; },
            [&](std::exception_ptr) { done = true; });
        run_one_until(done);
      });
  BOOST_TEST(times > 0);
}

BOOST_AUTO_TEST_CASE(streaming_to_a_coroutine)
{
  const auto times = nobody_stays_blocked(
      [&](fanotify_handle& group)
      {
        bool done = false;
        fanio::async_for_each(
            group,
            [&](event_view e) -> asio::awaitable<bool>
            {
              co_await group.async_respond(e, response::deny(), asio::use_awaitable);
              co_return false;
            },
            [&](std::exception_ptr) { done = true; });
        run_one_until(done);
      });
  BOOST_TEST(times > 0);
}

BOOST_AUTO_TEST_SUITE_END()

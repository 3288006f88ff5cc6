// The steady state allocates nothing. Both ways of allocating are counted: Asio's recycling
// allocator uses aligned_alloc.

#include "support/allocation_counter.hpp"
#include "support/context_fixture.hpp"
#include "support/requires.hpp"
#include <fanio/async_for_each.hpp>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace asio = boost::asio;
namespace utf = boost::unit_test;
using fanio::error_code;
using fanio::event_buffer;
using fanio::event_mask;
using fanio::event_range;
using fanio::event_view;
using fanio::fanotify_handle;

namespace {

/// Counts what goes through an associated allocator.
template <typename T>
struct counting_allocator
{
  using value_type = T;

  explicit counting_allocator(int* count) noexcept : allocations(count) {}

  template <typename U>
  explicit counting_allocator(const counting_allocator<U>& other) noexcept
      : allocations(other.allocations)
  {}

  T* allocate(std::size_t n)
  {
    ++*allocations;
    return std::allocator<T>().allocate(n);
  }

  void deallocate(T* p, std::size_t n) { std::allocator<T>().deallocate(p, n); }

  template <typename U>
  bool operator==(const counting_allocator<U>& other) const noexcept
  {
    return allocations == other.allocations;
  }

  int* allocations;
};

struct allocations_fixture : test::context_fixture
{
  /// A file whose opening the group is told of, with an event each: nobody else opens it.
  void open_file() const { test::try_open(file); }

  /// By run(), for run_for() drops Asio's recycled memory after each handler. CTest has a deadline.
  void run()
  {
    context.restart();
    context.run();
  }

  std::filesystem::path file = directory.write("file");
  fanotify_handle group = [this]
  {
    fanotify_handle g(context, {.flags = fanio::init_flags::report_fid});
    g.add_mark(file, event_mask::open);
    return g;
  }();
  event_buffer buffer;
};

constexpr int warm_up = 20;
constexpr int rounds = 1000;

/// Reads again and again; counts from the end of the warm-up on.
template <typename Bind>
std::size_t allocations_of_reading(allocations_fixture& f, Bind bind)
{
  std::size_t before = 0;
  std::size_t after = 0;
  int round = 0;

  struct reader
  {
    void read()
    {
      f->open_file();
      f->group.async_read_events(f->buffer, (*bind)(reader(*this)));
    }

    void operator()(error_code ec, event_range events)
    {
      BOOST_REQUIRE(!ec);
      BOOST_REQUIRE(events.size() == 1);
      if (++*round == warm_up)
      {
        *before = test::allocations();
      }
      if (*round == warm_up + rounds)
      {
        *after = test::allocations();
        return;
      }
      read();
    }

    allocations_fixture* f;
    Bind* bind;
    int* round;
    std::size_t* before;
    std::size_t* after;
  };

  reader(&f, &bind, &round, &before, &after).read();
  f.run();
  BOOST_TEST(round == warm_up + rounds);
  return after - before;
}

/// The same by the stream form.
std::size_t allocations_of_streaming(allocations_fixture& f, const fanio::for_each_options& options)
{
  std::size_t before = 0;
  std::size_t after = 0;
  int round = 0;
  const auto handle = [&](event_view)
  {
    if (++round == warm_up)
    {
      before = test::allocations();
    }
    if (round == warm_up + rounds)
    {
      after = test::allocations();
      return false;
    }
    f.open_file();
    return true;
  };
  f.open_file();
  fanio::async_for_each(f.group, handle, options, [](std::exception_ptr) {});
  f.run();
  return after - before;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(allocations, allocations_fixture)

BOOST_AUTO_TEST_CASE(the_counter_counts_both_ways)
{
  const auto before = test::allocations();
  const std::unique_ptr<int> made(new int(1));
  const std::unique_ptr<void, decltype(&std::free)> aligned(std::aligned_alloc(64, 64), std::free);
  BOOST_TEST(made.get() != nullptr);
  BOOST_TEST(aligned.get() != nullptr);
  BOOST_TEST(test::allocations() - before == 2U);
}

BOOST_AUTO_TEST_CASE(reading_by_callback_allocates_nothing)
{
  BOOST_TEST(allocations_of_reading(*this, [](auto reader) { return reader; }) == 0U);
}

BOOST_AUTO_TEST_CASE(reading_with_a_cancellation_slot_allocates_nothing)
{
  asio::cancellation_signal signal;
  BOOST_TEST(allocations_of_reading(
                 *this, [&signal](auto reader)
                 { return asio::bind_cancellation_slot(signal.slot(), reader); }) == 0U);
}

BOOST_AUTO_TEST_CASE(an_associated_allocator_is_asked_and_no_other)
{
  int asked = 0;
  const auto elsewhere = allocations_of_reading(
      *this, [&asked](auto reader)
      { return asio::bind_allocator(counting_allocator<char>(&asked), reader); });
  BOOST_TEST(asked >= rounds);
  // What it allocates itself is all that there is.
  BOOST_TEST(elsewhere <= static_cast<std::size_t>(asked));
}

BOOST_AUTO_TEST_CASE(reading_in_a_coroutine_allocates_nothing)
{
  std::size_t allocated = 1;
  asio::co_spawn(
      context,
      [](allocations_fixture& f, std::size_t& count) -> asio::awaitable<void>
      {
        std::size_t before = 0;
        for (int round = 0; round < warm_up + rounds; ++round)
        {
          if (round == warm_up)
          {
            before = test::allocations();
          }
          f.open_file();
          const auto events = co_await f.group.async_read_events(f.buffer);
          BOOST_REQUIRE(events.size() == 1);
        }
        count = test::allocations() - before;
      }(*this, allocated),
      [](std::exception_ptr e) { BOOST_TEST(!e); });
  run();
  BOOST_TEST(allocated <= 1U); // one in a thousand at most: the recycler may grow once
}

BOOST_AUTO_TEST_CASE(reading_synchronously_allocates_nothing)
{
  open_file();
  group.read_events(buffer);
  const auto before = test::allocations();
  for (int round = 0; round < rounds; ++round)
  {
    open_file();
    for (const event_view e : group.read_events(buffer))
    {
      BOOST_REQUIRE(e.fid().has_value());
    }
  }
  BOOST_TEST(test::allocations() == before);
}

BOOST_AUTO_TEST_CASE(the_stream_form_allocates_nothing_in_the_steady_state)
{
  BOOST_TEST(allocations_of_streaming(*this, {}) == 0U);
}

BOOST_AUTO_TEST_CASE(lingering_allocates_nothing_in_the_steady_state)
{
  using std::chrono::microseconds;
  BOOST_TEST(allocations_of_streaming(*this, {.reading = {.linger = microseconds(1)}}) == 0U);
}

BOOST_AUTO_TEST_CASE(busy_polling_allocates_nothing_in_the_steady_state)
{
  using std::chrono::microseconds;
  BOOST_TEST(allocations_of_streaming(*this, {.reading = {.busy_poll = microseconds(1)}}) == 0U);
}

BOOST_AUTO_TEST_CASE(answering_allocates_nothing, *utf::precondition(test::is_privileged))
{
  fanotify_handle guard(context,
                        {.flags = fanio::init_flags::class_content, .allow_own_process = false});
  guard.add_mark(file, event_mask::open_perm);
  const auto answer_one = [&]
  {
    test::opener child(file);
    guard.respond(guard.read_events(buffer), fanio::response::allow());
    BOOST_REQUIRE(child.result() == 0);
  };
  answer_one();

  test::opener child(file);
  const auto before = test::allocations();
  const auto events = guard.read_events(buffer);
  guard.respond(events, fanio::response::allow());
  const auto allocated = test::allocations() - before;
  BOOST_TEST(allocated == 0U);
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

// Buffers as containers. What they hold comes from groups: the tests of the running kernel.

#include <fanio/detail/buffer_state.hpp>
#include <fanio/event_buffer.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

using fanio::event_buffer;
using fanio::detail::buffer_lease;

BOOST_AUTO_TEST_SUITE(event_buffers)

BOOST_AUTO_TEST_CASE(a_buffer_moves_and_does_not_copy)
{
  static_assert(!std::is_copy_constructible_v<event_buffer>);
  static_assert(!std::is_copy_assignable_v<event_buffer>);
  static_assert(std::is_nothrow_move_constructible_v<event_buffer>);
  static_assert(std::is_nothrow_move_assignable_v<event_buffer>);
  BOOST_TEST((!std::is_convertible_v<std::size_t, event_buffer>));
}

BOOST_AUTO_TEST_CASE(a_buffer_has_the_capacity_that_it_was_made_with)
{
  BOOST_TEST(event_buffer().capacity() == event_buffer::default_bytes);
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{24},
                                  event_buffer::max_event_bytes, std::size_t{1} << 20})
  {
    BOOST_TEST(event_buffer(bytes).capacity() == bytes);
  }
}

BOOST_AUTO_TEST_CASE(a_new_buffer_is_empty)
{
  const event_buffer buffer;
  BOOST_TEST(buffer.events().empty());
  BOOST_TEST(buffer.events().size() == 0U);
}

BOOST_AUTO_TEST_CASE(clearing_an_empty_buffer_does_nothing)
{
  event_buffer buffer(100);
  buffer.clear();
  buffer.clear();
  BOOST_TEST(buffer.events().empty());
  BOOST_TEST(buffer.capacity() == 100U);
}

BOOST_AUTO_TEST_CASE(a_moved_from_buffer_has_no_capacity_and_no_events)
{
  event_buffer buffer(100);
  const event_buffer other(std::move(buffer));
  BOOST_TEST(buffer.capacity() == 0U);
  BOOST_TEST(buffer.events().empty());
  buffer.clear();
  BOOST_TEST(other.capacity() == 100U);
}

BOOST_AUTO_TEST_CASE(a_moved_from_buffer_can_be_assigned_to)
{
  event_buffer buffer(100);
  event_buffer other(std::move(buffer));
  buffer = event_buffer(200);
  BOOST_TEST(buffer.capacity() == 200U);
  buffer = std::move(other);
  BOOST_TEST(buffer.capacity() == 100U);
  BOOST_TEST(other.capacity() == 0U);
}

BOOST_AUTO_TEST_CASE(buffers_can_be_swapped)
{
  event_buffer one(100);
  event_buffer two(200);
  std::swap(one, two);
  BOOST_TEST(one.capacity() == 200U);
  BOOST_TEST(two.capacity() == 100U);
}

BOOST_AUTO_TEST_CASE(buffers_live_in_containers)
{
  std::vector<event_buffer> buffers;
  for (std::size_t bytes = 0; bytes < 50; ++bytes)
  {
    buffers.emplace_back(bytes);
  }
  for (std::size_t bytes = 0; bytes < 50; ++bytes)
  {
    BOOST_TEST(buffers[bytes].capacity() == bytes);
  }
}

BOOST_AUTO_TEST_SUITE_END()

// The right of one operation to read into a buffer.
BOOST_AUTO_TEST_SUITE(buffer_leases)

BOOST_AUTO_TEST_CASE(a_buffer_is_leased_once_at_a_time)
{
  event_buffer buffer;
  {
    const buffer_lease first(buffer);
    BOOST_TEST(!first.is_refused());
    BOOST_TEST(buffer_lease(buffer).is_refused());
    BOOST_TEST(buffer_lease(buffer).is_refused()); // the refusal has not given it back
  }
  BOOST_TEST(!buffer_lease(buffer).is_refused());
}

BOOST_AUTO_TEST_CASE(a_lease_that_ends_early_gives_the_buffer_back_once)
{
  event_buffer buffer;
  buffer_lease first(buffer);
  first.end();
  const buffer_lease second(buffer);
  BOOST_TEST(!second.is_refused());
  first.end();
  BOOST_TEST(buffer_lease(buffer).is_refused());
}

BOOST_AUTO_TEST_CASE(a_moved_lease_keeps_the_buffer)
{
  event_buffer buffer;
  buffer_lease first(buffer);
  {
    const buffer_lease second(std::move(first));
    BOOST_TEST(!second.is_abandoned());
    BOOST_TEST(buffer_lease(buffer).is_refused());
  }
  BOOST_TEST(!buffer_lease(buffer).is_refused());
}

BOOST_AUTO_TEST_CASE(a_lease_survives_the_move_of_its_buffer)
{
  event_buffer buffer(100);
  const buffer_lease lease(buffer);
  const event_buffer other(std::move(buffer));
  BOOST_TEST(!lease.is_abandoned());
  BOOST_TEST(lease->capacity() == 100U);
}

BOOST_AUTO_TEST_CASE(a_lease_knows_that_its_buffer_is_gone)
{
  std::vector<event_buffer> buffers(1);
  const buffer_lease destroyed(buffers.front());
  buffers.clear();
  BOOST_TEST(destroyed.is_abandoned());

  event_buffer buffer;
  const buffer_lease replaced(buffer);
  buffer = event_buffer();
  BOOST_TEST(replaced.is_abandoned());
}

BOOST_AUTO_TEST_CASE(a_moved_from_buffer_has_nothing_to_lease)
{
  event_buffer buffer;
  const event_buffer other(std::move(buffer));
  const buffer_lease lease(buffer);
  BOOST_TEST(!lease.is_refused());
  BOOST_TEST(lease.is_abandoned());
}

BOOST_AUTO_TEST_SUITE_END()

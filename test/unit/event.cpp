// Events taken out of bytes that nobody owns: they own their bytes, and no descriptor.

#include "support/descriptors.hpp"
#include "support/parsed_events.hpp"
#include "support/printing.hpp"
#include <fanio/event.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <unistd.h>

using fanio::error_code;
using fanio::event;
using fanio::event_mask;
using fanio::init_flags;
using test::byte_vector;
using test::event_bytes;
using test::make_handle;
using test::parsed_events;

namespace {

byte_vector small_bytes()
{
  return event_bytes(event_mask::open).fd(STDIN_FILENO).pid(7).bytes();
}

/// More than fits into an event without memory of its own.
byte_vector big_bytes()
{
  return event_bytes(event_mask::create).dfid_name(make_handle(2), std::string(255, 'n')).bytes();
}

/// An event of such bytes, which are gone when this returns.
event taken(const byte_vector& bytes, init_flags group = {})
{
  return parsed_events(bytes, group).only().take();
}

} // namespace

BOOST_AUTO_TEST_SUITE(events)

BOOST_AUTO_TEST_CASE(an_event_moves_and_does_not_copy)
{
  static_assert(!std::is_copy_constructible_v<event>);
  static_assert(!std::is_copy_assignable_v<event>);
  static_assert(std::is_nothrow_move_constructible_v<event>);
  static_assert(std::is_nothrow_move_assignable_v<event>);
  static_assert(std::is_nothrow_default_constructible_v<event>);
  BOOST_TEST((std::is_convertible_v<const event&, const fanio::event_view&>));
}

BOOST_AUTO_TEST_CASE(a_new_event_is_empty)
{
  const event none;
  BOOST_TEST(!none);
  BOOST_TEST(!none.needs_response());
}

BOOST_AUTO_TEST_CASE(an_event_survives_the_bytes_that_it_was_taken_from)
{
  for (const auto& bytes : {small_bytes(), big_bytes()})
  {
    const auto e = taken(bytes);
    BOOST_REQUIRE(static_cast<bool>(e));
    BOOST_TEST(std::ranges::equal(e.bytes(), bytes));
  }
}

BOOST_AUTO_TEST_CASE(an_event_of_every_length_survives_moves)
{
  for (std::size_t length = 0; length <= 255; ++length)
  {
    const auto bytes =
        event_bytes(event_mask::create).dfid_name(make_handle(2), std::string(length, 'n')).bytes();
    auto first = taken(bytes);
    event second(std::move(first));
    event third;
    third = std::move(second);
    BOOST_TEST(!first);
    BOOST_TEST(!second);
    BOOST_REQUIRE(static_cast<bool>(third));
    BOOST_TEST(std::ranges::equal(third.bytes(), bytes));
    BOOST_TEST(third.name().value().size() == length);
  }
}

BOOST_AUTO_TEST_CASE(an_event_survives_a_move_to_itself)
{
  for (const auto& bytes : {small_bytes(), big_bytes()})
  {
    auto e = taken(bytes);
    auto& itself = e;
    e = std::move(itself);
    BOOST_REQUIRE(static_cast<bool>(e));
    BOOST_TEST(std::ranges::equal(e.bytes(), bytes));
  }
}

BOOST_AUTO_TEST_CASE(assignment_replaces_an_event_of_any_size)
{
  for (const auto& before : {small_bytes(), big_bytes()})
  {
    for (const auto& after : {small_bytes(), big_bytes()})
    {
      auto e = taken(before);
      e = taken(after);
      BOOST_TEST(std::ranges::equal(e.bytes(), after));
    }
  }
}

BOOST_AUTO_TEST_CASE(assigning_an_empty_event_empties)
{
  auto e = taken(big_bytes());
  e = event();
  BOOST_TEST(!e);
}

BOOST_AUTO_TEST_CASE(an_emptied_event_can_be_used_again)
{
  auto e = taken(big_bytes());
  e.reset();
  BOOST_TEST(!e);
  e.reset();
  BOOST_TEST(!e);
  e = taken(small_bytes());
  BOOST_TEST(e.pid() == 7);
}

BOOST_AUTO_TEST_CASE(a_moved_from_event_can_be_used_again)
{
  auto e = taken(small_bytes());
  const event other(std::move(e));
  e = taken(big_bytes());
  BOOST_TEST(e.name().value().size() == 255U);
  BOOST_TEST(other.pid() == 7);
}

BOOST_AUTO_TEST_CASE(events_live_in_containers)
{
  std::vector<event> events;
  for (int pid = 0; pid < 100; ++pid)
  {
    events.push_back(taken(event_bytes(event_mask::open).pid(pid).bytes()));
  }
  for (int pid = 0; pid < 100; ++pid)
  {
    BOOST_TEST(events[static_cast<std::size_t>(pid)].pid() == pid);
  }
}

BOOST_AUTO_TEST_CASE(an_event_can_be_taken_out_of_an_event)
{
  auto first = taken(big_bytes());
  const auto second = first.take();
  BOOST_TEST(std::ranges::equal(second.bytes(), big_bytes()));
}

BOOST_AUTO_TEST_CASE(an_event_remembers_that_its_group_mislabels_parents)
{
  const auto bytes = event_bytes(event_mask::open).fid(make_handle(2)).bytes();
  const auto e = taken(bytes, init_flags::report_dir_fid);
  BOOST_TEST((e.dfid() == make_handle(2)));
  event moved;
  moved = taken(bytes, init_flags::report_dir_fid);
  BOOST_TEST((moved.dfid() == make_handle(2)));
  BOOST_TEST(!moved.fid().has_value());
}

// The numbers in bytes that nobody owns are numbers: somebody else's descriptors have them.
BOOST_AUTO_TEST_CASE(an_event_taken_from_bytes_without_owner_owns_nothing)
{
  const fanio::unique_fd not_its_own(test::open_something());
  {
    const auto e = taken(
        event_bytes(event_mask::open_perm).fd(not_its_own.get()).pidfd(not_its_own.get()).bytes());
    BOOST_TEST(e.fd() == -1);
    BOOST_TEST(e.pidfd() == -1);
    BOOST_TEST(e.is_permission());
    BOOST_TEST(!e.needs_response());
    error_code ec;
    BOOST_TEST(!e.take_fd(ec));
    BOOST_TEST(ec == boost::asio::error::bad_descriptor);
    BOOST_TEST(!e.take_pidfd());
  }
  BOOST_TEST(test::is_open(not_its_own.get()));
}

BOOST_AUTO_TEST_SUITE_END()

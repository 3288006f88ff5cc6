// In a group of report_fd_error a negative descriptor is an errno, and -1 is EPERM.

#include "support/event_bytes.hpp"
#include "support/parsed_events.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdint>
#include <limits>

using fanio::error_code;
using fanio::event_mask;
using fanio::init_flags;

namespace {

/// The one event of a group.
error_code lost(std::int32_t fd, init_flags group)
{
  const auto bytes = test::event_bytes(event_mask::open).fd(fd).bytes();
  error_code ec;
  return fanio::parse_events(bytes, group, ec).front().lost();
}

error_code pidfd_error(std::int32_t fd, init_flags group)
{
  const auto bytes = test::event_bytes(event_mask::open).pidfd(fd).bytes();
  error_code ec;
  return fanio::parse_events(bytes, group, ec).front().pidfd_error();
}

constexpr auto with = init_flags::report_fd_error;
constexpr auto without = init_flags::class_notif;

} // namespace

BOOST_AUTO_TEST_SUITE(fd_error)

BOOST_AUTO_TEST_CASE(minus_one_is_a_loss_with_it_and_none_without)
{
  BOOST_TEST((lost(-1, with) == error_code(EPERM, fanio::lost_event_category())));
  BOOST_TEST(!lost(-1, without));
}

BOOST_AUTO_TEST_CASE(what_has_no_object_has_lost_none)
{
  BOOST_TEST(!lost(-EBADF, with));
  BOOST_TEST(!lost(-EBADF, without));
}

BOOST_AUTO_TEST_CASE(small_numbers_of_pidfds_are_errors_with_it_and_names_without)
{
  const auto error = [](int value) { return error_code(value, boost::system::system_category()); };
  BOOST_TEST((pidfd_error(-1, with) == error(EPERM)));
  BOOST_TEST((pidfd_error(-2, with) == error(ENOENT)));
  BOOST_TEST((pidfd_error(-3, with) == error(ESRCH)));
  BOOST_TEST((pidfd_error(-1, without) == error(ESRCH)));
  BOOST_TEST((pidfd_error(-2, without) == error(EIO)));
}

BOOST_AUTO_TEST_CASE(the_lowest_number_is_an_error_too)
{
  constexpr auto lowest = std::numeric_limits<std::int32_t>::min();
  BOOST_TEST(lost(lowest, with).value() > 0);
  BOOST_TEST(pidfd_error(lowest, with).value() > 0);
}

BOOST_AUTO_TEST_SUITE_END()

#include "support/descriptors.hpp"
#include "support/fd_census.hpp"
#include "support/full_descriptor_table.hpp"
#include <fanio/detail/descriptor_reserve.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <limits>

#include <fcntl.h>
#include <sys/eventfd.h>

using fanio::unique_fd;
using fanio::detail::descriptor_reserve;

BOOST_FIXTURE_TEST_SUITE(descriptor_reserves, test::fd_census)

BOOST_AUTO_TEST_CASE(a_new_reserve_wants_and_keeps_nothing)
{
  descriptor_reserve none;
  BOOST_TEST(none.wanted() == 0U);
  BOOST_TEST(none.fill() == 0U);
  none.release();
}

BOOST_AUTO_TEST_CASE(it_keeps_what_is_wanted_from_the_start)
{
  const auto before = test::open_descriptors().size();
  descriptor_reserve reserve(5);
  BOOST_TEST(reserve.wanted() == 5U);
  BOOST_TEST(test::open_descriptors().size() == before + 5);
  BOOST_TEST(reserve.fill() == 5U);
  BOOST_TEST(test::open_descriptors().size() == before + 5);
}

BOOST_AUTO_TEST_CASE(it_wants_no_more_than_is_sensible)
{
  const test::full_descriptor_table table; // so that it need not take them all
  const descriptor_reserve reserve(std::numeric_limits<std::size_t>::max());
  BOOST_TEST(reserve.wanted() == descriptor_reserve::most);
}

BOOST_AUTO_TEST_CASE(what_is_released_is_free_and_can_be_kept_again)
{
  const auto before = test::open_descriptors().size();
  descriptor_reserve reserve(5);
  reserve.release();
  BOOST_TEST(test::open_descriptors().size() == before);
  BOOST_TEST(reserve.wanted() == 5U);
  BOOST_TEST(reserve.fill() == 5U);
  BOOST_TEST(test::open_descriptors().size() == before + 5);
}

BOOST_AUTO_TEST_CASE(a_replaced_reserve_is_released)
{
  const auto before = test::open_descriptors().size();
  descriptor_reserve reserve(5);
  reserve = descriptor_reserve();
  BOOST_TEST(test::open_descriptors().size() == before);
  BOOST_TEST(reserve.wanted() == 0U);
}

// So that a program that is executed inherits none, and no mount is pinned.
BOOST_AUTO_TEST_CASE(what_it_keeps_is_closed_by_exec_and_belongs_to_no_filesystem)
{
  const auto before = test::open_descriptors();
  const descriptor_reserve reserve(3);
  for (const auto& [fd, what] : test::open_descriptors())
  {
    if (!before.contains(fd))
    {
      BOOST_TEST((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, what);
      BOOST_TEST(what.starts_with("anon_inode:"), what);
    }
  }
}

BOOST_AUTO_TEST_CASE(it_keeps_what_there_is_when_less_is_free_than_wanted)
{
  test::full_descriptor_table table;
  descriptor_reserve reserve(3);
  BOOST_TEST(reserve.fill() == 0U);
  table.free_one();
  table.free_one();
  BOOST_TEST(reserve.fill() == 2U);
  BOOST_TEST(reserve.wanted() == 3U);
  table.free_one();
  BOOST_TEST(reserve.fill() == 3U);
}

BOOST_AUTO_TEST_CASE(nobody_else_gets_what_is_kept)
{
  test::full_descriptor_table table;
  table.free_one();
  descriptor_reserve reserve(1);
  BOOST_TEST(::eventfd(0, EFD_CLOEXEC) == -1);
  reserve.release();
  BOOST_TEST(unique_fd(::eventfd(0, EFD_CLOEXEC)).get() >= 0);
}

BOOST_AUTO_TEST_CASE(what_others_have_taken_meanwhile_comes_back_when_they_close_it)
{
  test::full_descriptor_table table;
  table.free_one();
  table.free_one();
  descriptor_reserve reserve(2);
  reserve.release();
  unique_fd taken(test::open_something());
  BOOST_TEST(reserve.fill() == 1U);
  taken.reset();
  BOOST_TEST(reserve.fill() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

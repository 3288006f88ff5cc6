#include "support/descriptors.hpp"
#include <fanio/unique_fd.hpp>

#include <boost/test/unit_test.hpp>

#include <type_traits>
#include <utility>

#include <unistd.h>

using fanio::unique_fd;
using test::is_open;
using test::open_something;

BOOST_AUTO_TEST_SUITE(unique_fds)

BOOST_AUTO_TEST_CASE(a_unique_fd_moves_and_does_not_copy)
{
  static_assert(!std::is_copy_constructible_v<unique_fd>);
  static_assert(!std::is_copy_assignable_v<unique_fd>);
  static_assert(std::is_nothrow_move_constructible_v<unique_fd>);
  static_assert(std::is_nothrow_move_assignable_v<unique_fd>);
  static_assert(!std::is_convertible_v<int, unique_fd>);
  BOOST_TEST((!std::is_convertible_v<unique_fd, int>));
}

BOOST_AUTO_TEST_CASE(a_new_one_owns_nothing)
{
  const unique_fd none;
  BOOST_TEST(none.get() == -1);
  BOOST_TEST(!none);
}

BOOST_AUTO_TEST_CASE(descriptor_zero_is_owned)
{
  unique_fd zero(0);
  BOOST_TEST(static_cast<bool>(zero));
  BOOST_TEST(zero.release() == 0);
}

BOOST_AUTO_TEST_CASE(what_is_owned_is_closed_at_the_end)
{
  const int fd = open_something();
  {
    const unique_fd owner(fd);
    BOOST_TEST(owner.get() == fd);
    BOOST_TEST(static_cast<bool>(owner));
    BOOST_TEST(is_open(fd));
  }
  BOOST_TEST(!is_open(fd));
}

BOOST_AUTO_TEST_CASE(what_is_released_stays_open)
{
  const int fd = open_something();
  {
    unique_fd owner(fd);
    BOOST_TEST(owner.release() == fd);
    BOOST_TEST(!owner);
    BOOST_TEST(owner.release() == -1);
  }
  BOOST_TEST(is_open(fd));
  ::close(fd);
}

BOOST_AUTO_TEST_CASE(reset_closes_and_takes_another)
{
  const int first = open_something();
  const int second = open_something();
  unique_fd owner(first);
  owner.reset(second);
  BOOST_TEST(!is_open(first));
  BOOST_TEST(owner.get() == second);
  owner.reset();
  BOOST_TEST(!is_open(second));
  BOOST_TEST(!owner);
  owner.reset(); // does nothing
}

BOOST_AUTO_TEST_CASE(construction_by_move_hands_over)
{
  const int fd = open_something();
  unique_fd first(fd);
  const unique_fd second(std::move(first));
  BOOST_TEST(second.get() == fd);
  BOOST_TEST(first.get() == -1);
  BOOST_TEST(is_open(fd));
}

BOOST_AUTO_TEST_CASE(assignment_by_move_closes_the_old_and_hands_over)
{
  const int old = open_something();
  const int fd = open_something();
  unique_fd target(old);
  unique_fd source(fd);
  target = std::move(source);
  BOOST_TEST(!is_open(old));
  BOOST_TEST(target.get() == fd);
  BOOST_TEST(source.get() == -1);
}

BOOST_AUTO_TEST_CASE(a_move_to_itself_changes_nothing)
{
  const int fd = open_something();
  unique_fd owner(fd);
  auto& itself = owner;
  owner = std::move(itself);
  BOOST_TEST(owner.get() == fd);
  BOOST_TEST(is_open(fd));
}

BOOST_AUTO_TEST_SUITE_END()

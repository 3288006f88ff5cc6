// Descriptors kept back. Those that lower the limit do so in a child of their own.

#include "support/fd_census.hpp"
#include "support/forked.hpp"
#include <fanio/detail/descriptor_reserve.hpp>

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstddef>
#include <vector>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

using fanio::unique_fd;
using fanio::detail::descriptor_reserve;

namespace {

unique_fd open_something()
{
  return unique_fd(::eventfd(0, EFD_CLOEXEC));
}

/// Lowers the limit of descriptors of this process. Returns how many are free under it.
std::size_t limit_descriptors(int limit)
{
  rlimit now{};
  ::getrlimit(RLIMIT_NOFILE, &now);
  now.rlim_cur = static_cast<rlim_t>(limit);
  ::setrlimit(RLIMIT_NOFILE, &now);
  std::size_t free = 0;
  for (int fd = 0; fd < limit; ++fd)
  {
    free += ::fcntl(fd, F_GETFD) < 0 ? 1U : 0U;
  }
  return free;
}

constexpr int low_limit = 20;

} // namespace

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
  test::forked child(
      []
      {
        const auto free = limit_descriptors(low_limit);
        descriptor_reserve reserve(free + 10);
        return reserve.fill() == free && reserve.wanted() == free + 10 ? 0 : 1;
      });
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(nobody_else_gets_what_is_kept)
{
  test::forked child(
      []
      {
        descriptor_reserve reserve(limit_descriptors(low_limit));
        if (open_something() || errno != EMFILE)
        {
          return 1;
        }
        reserve.release();
        return open_something() ? 0 : 2;
      });
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(what_others_have_taken_meanwhile_comes_back_when_they_close_it)
{
  test::forked child(
      []
      {
        const auto free = limit_descriptors(low_limit);
        descriptor_reserve reserve(free);
        reserve.release();
        std::vector<unique_fd> taken;
        taken.push_back(open_something());
        taken.push_back(open_something());
        if (reserve.fill() != free - 2)
        {
          return 1;
        }
        taken.clear();
        return reserve.fill() == free ? 0 : 2;
      });
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(it_keeps_none_when_none_is_free)
{
  test::forked child(
      []
      {
        std::vector<unique_fd> all(limit_descriptors(low_limit));
        for (auto& fd : all)
        {
          fd = open_something();
        }
        descriptor_reserve reserve(3);
        return reserve.fill() == 0 ? 0 : 1;
      });
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

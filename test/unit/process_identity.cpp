#include "support/forked.hpp"
#include <fanio/detail/process_identity.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include <unistd.h>

using fanio::detail::process_identity;

namespace {

std::uint32_t this_process()
{
  return static_cast<std::uint32_t>(::getpid());
}

} // namespace

BOOST_AUTO_TEST_SUITE(process_identities)

BOOST_AUTO_TEST_CASE(it_is_the_process_id)
{
  process_identity identity;
  BOOST_TEST(identity.self() == this_process());
  BOOST_TEST(identity.self() == this_process()); // now from memory
}

BOOST_AUTO_TEST_CASE(a_process_knows_itself)
{
  process_identity identity;
  BOOST_TEST(identity.is(identity.self()));
  BOOST_TEST(!identity.is(identity.self() + 1));
  BOOST_TEST(!identity.is(0));
}

BOOST_AUTO_TEST_CASE(a_forked_child_is_another_process)
{
  process_identity identity;
  const auto parent = identity.self();
  test::forked child(
      [&]
      {
        const bool is_new = !identity.is(parent) && identity.self() == this_process() &&
                            identity.is(identity.self());
        return is_new ? 0 : 1;
      });
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(a_child_of_a_child_is_another_process_again)
{
  process_identity identity;
  const auto parent = identity.self();
  test::forked child(
      [&]
      {
        const auto self = identity.self();
        test::forked grandchild(
            [&]
            {
              const bool is_new =
                  !identity.is(parent) && !identity.is(self) && identity.self() == this_process();
              return is_new ? 0 : 1;
            });
        return grandchild.result();
      });
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(a_fork_does_not_change_the_parent)
{
  process_identity identity;
  const auto parent = identity.self();
  test::forked child([&] { return identity.is(parent) ? 1 : 0; });
  BOOST_TEST(child.result() == 0);
  BOOST_TEST(identity.is(parent));
}

BOOST_AUTO_TEST_CASE(threads_are_the_same_process)
{
  process_identity identity;
  std::atomic<int> strangers = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
    {
      threads.emplace_back(
          [&]
          {
            for (int n = 0; n < 1000; ++n)
            {
              strangers += identity.is(this_process()) ? 0 : 1;
            }
          });
    }
  }
  BOOST_TEST(strangers == 0);
}

BOOST_AUTO_TEST_SUITE_END()

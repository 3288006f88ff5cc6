#include <fanio/detail/request_set.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>
#include <vector>

using fanio::detail::request_set;

BOOST_AUTO_TEST_SUITE(requests)

BOOST_AUTO_TEST_CASE(what_was_noted_down_comes_out_once)
{
  request_set set;
  set.insert(63);
  set.insert(64);
  set.insert(3);
  BOOST_TEST(set.size() == 3U);
  BOOST_TEST(set.erase(64));
  BOOST_TEST(!set.erase(64));
  BOOST_TEST(set.extract() == 3);
  BOOST_TEST(set.extract() == 63);
  BOOST_TEST(set.extract() == -1);
  BOOST_TEST(set.size() == 0U);
}

BOOST_AUTO_TEST_CASE(numbers_beyond_all_limits_are_counted)
{
  request_set set;
  set.insert(0x7fff'0000);
  BOOST_TEST(set.size() == 1U);
  BOOST_TEST(set.erase(0x7fff'0000));
  BOOST_TEST(set.size() == 0U);
}

BOOST_AUTO_TEST_CASE(clearing_leaves_nothing)
{
  request_set set;
  set.insert(1);
  set.insert(200);
  set.clear();
  BOOST_TEST(set.extract() == -1);
}

BOOST_AUTO_TEST_CASE(threads_take_each_number_once)
{
  request_set set;
  constexpr int numbers = 500;
  for (int fd = 0; fd < numbers; ++fd)
  {
    set.insert(fd);
  }
  std::atomic<int> taken = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
    {
      threads.emplace_back(
          [&]
          {
            while (set.extract() >= 0)
            {
              ++taken;
            }
          });
    }
  }
  BOOST_TEST(taken == numbers);
}

BOOST_AUTO_TEST_SUITE_END()

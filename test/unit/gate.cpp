// The gate that keeps a descriptor open while it is written to. Worth the most under
// ThreadSanitizer: what the gate protects here is a plain variable.

#include <fanio/detail/gate.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>
#include <vector>

using fanio::detail::gate;
using fanio::detail::gate_pass;

BOOST_AUTO_TEST_SUITE(gates)

BOOST_AUTO_TEST_CASE(a_new_gate_is_open)
{
  gate g;
  BOOST_TEST(!g.is_shut());
  BOOST_TEST(g.enter());
  g.leave();
}

BOOST_AUTO_TEST_CASE(many_may_be_inside)
{
  gate g;
  BOOST_TEST(g.enter());
  BOOST_TEST(g.enter());
  g.leave();
  g.leave();
  g.shut(); // would wait for ever for somebody who is still inside
  BOOST_TEST(g.is_shut());
}

BOOST_AUTO_TEST_CASE(nobody_enters_a_shut_gate)
{
  gate g;
  g.shut();
  BOOST_TEST(!g.enter());
  BOOST_TEST(!g.enter()); // and the refused one has left no trace
  BOOST_TEST(g.is_shut());
  g.shut();
  BOOST_TEST(g.is_shut());
}

// For a forked child, which has none of the threads that may be inside.
BOOST_AUTO_TEST_CASE(a_gate_that_is_reset_is_open_and_empty)
{
  gate g;
  BOOST_TEST(g.enter());
  g.reset();
  g.shut(); // would wait for ever for somebody who is still inside
  g.reset();
  BOOST_TEST(!g.is_shut());
  BOOST_TEST(g.enter());
  g.leave();
}

BOOST_AUTO_TEST_CASE(a_pass_is_inside_while_it_lives)
{
  gate g;
  {
    const gate_pass pass(g);
    BOOST_TEST(static_cast<bool>(pass));
  }
  g.shut(); // would wait for ever for a pass that has not left
  const gate_pass refused(g);
  BOOST_TEST(!refused);
}

BOOST_AUTO_TEST_CASE(shutting_waits_for_who_is_inside)
{
  gate g;
  bool has_left = false;
  std::atomic<bool> has_returned = false;
  bool saw_that_it_had_left = false;
  BOOST_REQUIRE(g.enter());
  std::jthread closer(
      [&]
      {
        g.shut();
        has_returned = true;
        saw_that_it_had_left = has_left;
      });
  while (!g.is_shut())
  {
    std::this_thread::yield();
  }
  for (int i = 0; i < 1000; ++i)
  {
    BOOST_REQUIRE(!has_returned);
    std::this_thread::yield();
  }
  has_left = true;
  g.leave();
  closer.join();
  BOOST_TEST(saw_that_it_had_left);
}

BOOST_AUTO_TEST_CASE(what_it_guards_is_not_used_once_it_is_shut)
{
  for (int round = 0; round < 50; ++round)
  {
    gate g;
    bool is_usable = true;
    std::atomic<int> uses = 0;
    std::atomic<int> wrong_uses = 0;
    std::vector<std::jthread> users;
    for (int i = 0; i < 4; ++i)
    {
      users.emplace_back(
          [&]
          {
            while (g.enter())
            {
              ++(is_usable ? uses : wrong_uses);
              g.leave();
            }
          });
    }
    while (uses < 100)
    {
      std::this_thread::yield();
    }
    g.shut();
    is_usable = false; // a data race if somebody is still inside
    users.clear();
    BOOST_TEST(wrong_uses == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()

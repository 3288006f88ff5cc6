// The client counts what comes back, and nothing else.

#include "load/echo_client.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <poll.h>
#include <sched.h>
#include <unistd.h>

namespace {

using namespace fanio::bench;

/// Sends back messages, so many in all. A damaged one has another first byte.
void echo(const std::vector<fanio::unique_fd>& sockets, std::size_t messages, bool damages = false)
{
  std::vector<pollfd> waited;
  for (const auto& socket : sockets)
  {
    waited.push_back({.fd = socket.get(), .events = POLLIN, .revents = 0});
  }
  for (std::size_t done = 0; done < messages;)
  {
    BOOST_TEST_REQUIRE(::poll(waited.data(), waited.size(), 10'000) > 0);
    for (const auto& w : waited)
    {
      std::array<char, echo_bytes> message{};
      if ((w.revents & POLLIN) != 0 && done < messages)
      {
        BOOST_TEST_REQUIRE(::read(w.fd, message.data(), message.size()) == std::ssize(message));
        message[0] = static_cast<char>(message[0] + (damages ? 1 : 0));
        BOOST_TEST_REQUIRE(::write(w.fd, message.data(), message.size()) == std::ssize(message));
        ++done;
      }
    }
  }
}

void wait_for(const echo_client& client, std::uint64_t echoes)
{
  while (client.echoes() < echoes)
  {
    ::sched_yield();
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(echo_clients)

BOOST_AUTO_TEST_CASE(counts_each_message_once)
{
  echo_client client(20, 5, -1);
  const auto sockets = client.take_server_ends();
  client.start_counting();
  echo(sockets, 1000);
  wait_for(client, 1000);
  const auto& record = client.end();
  BOOST_TEST(record.echoes == 1000U);
  BOOST_TEST(record.waits.total() == 1000U);
  BOOST_TEST(record.wrong == 0U);
  BOOST_TEST(record.waits.quantile(0.99) > 0);
}

BOOST_AUTO_TEST_CASE(counts_only_while_it_is_told_to)
{
  echo_client client(4, 4, -1);
  const auto sockets = client.take_server_ends();
  echo(sockets, 100);
  BOOST_TEST(client.end().echoes == 0U);
}

BOOST_AUTO_TEST_CASE(notices_what_is_not_what_was_sent)
{
  echo_client client(3, 1, -1);
  const auto sockets = client.take_server_ends();
  client.start_counting();
  echo(sockets, 7, true);
  wait_for(client, 7);
  BOOST_TEST(client.end().wrong == 7U);
}

BOOST_AUTO_TEST_CASE(keeps_no_more_under_way_than_it_is_told_to)
{
  echo_client client(10, 3, -1);
  const auto sockets = client.take_server_ends();
  echo(sockets, 50);
  // Three are on their way, each through another socket.
  std::size_t sent = 0;
  while (sent < 3)
  {
    sent = 0;
    for (const auto& socket : sockets)
    {
      pollfd waited{.fd = socket.get(), .events = POLLIN, .revents = 0};
      sent += ::poll(&waited, 1, 0) > 0 ? 1U : 0U;
    }
  }
  BOOST_TEST(sent == 3U);
}

BOOST_AUTO_TEST_CASE(ends_when_nobody_echoes)
{
  echo_client client(2, 1, -1);
  static_cast<void>(client.take_server_ends()); // and close them
  BOOST_TEST(client.end().echoes == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

// fork and exec with a live handle: whoever is executed keeps nobody waiting.

#include "faults/crowd.hpp"

#include <boost/asio/execution_context.hpp>

#include <optional>

namespace asio = boost::asio;
namespace utf = boost::unit_test;
using fanio::error_code;
using fanio::event_range;
using fanio::fanotify_handle;
using fanio::response;

namespace {

struct executed_fixture : test::guarded_file
{
  /// A program that runs until it is dropped, started as a service would start one.
  std::unique_ptr<test::child> execute()
  {
    context.notify_fork(asio::execution_context::fork_prepare);
    auto program = std::make_unique<test::child>(
        std::vector<std::string>{"sh", "-c", "echo runs; kill -STOP $$"});
    context.notify_fork(asio::execution_context::fork_parent);
    BOOST_REQUIRE(program->read_line(test::child::out) == "runs");
    return program;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(executed, executed_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(a_program_that_was_executed_does_not_keep_the_group_open)
{
  auto group = guard();
  const auto program = execute();
  test::crowd openers(file, 50);
  openers.await_blocked();
  group.close();
  BOOST_TEST(openers.ended_with(0) == openers.size());
}

BOOST_AUTO_TEST_CASE(reads_that_are_outstanding_go_on_when_a_program_was_executed)
{
  auto group = guard();
  test::crowd openers(file);
  std::size_t answered = 0;
  std::vector<std::unique_ptr<test::child>> programs;
  while (answered < openers.size())
  {
    std::optional<error_code> result;
    group.async_read_events(*buffer,
                            [&](error_code ec, event_range events)
                            {
                              result = ec;
                              answered += group.respond(events, response::deny());
                            });
    if (programs.size() < 3)
    {
      programs.push_back(execute());
    }
    run_until([&] { return result.has_value(); });
    BOOST_REQUIRE(!*result);
  }
  BOOST_TEST(openers.ended_with(EPERM) == openers.size());
}

BOOST_AUTO_TEST_SUITE_END()

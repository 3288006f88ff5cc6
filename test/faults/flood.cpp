// More happens than a queue holds.

#include "support/flood.hpp"

#include "faults/crowd.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::event_view;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_target;
using fanio::response;

namespace {

struct flood_fixture : test::guarded_file
{
  /// Processes that each make more files than a queue holds.
  std::vector<std::unique_ptr<test::forked>> start_flood() const
  {
    std::vector<std::unique_ptr<test::forked>> processes;
    for (const auto* const name : {"a", "b", "c"})
    {
      processes.push_back(std::make_unique<test::forked>(
          [&, directory_path = many.path() / name]
          {
            std::filesystem::create_directory(directory_path);
            test::open_many(directory_path, test::queue_limit() + 10);
            return 0;
          }));
    }
    return processes;
  }

  test::mount_point many = test::private_tmpfs();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(flood, flood_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(what_a_flood_has_cost_is_told_and_the_group_goes_on)
{
  auto group = open(init_flags::report_dfid_name);
  group.add_mark(many.path(), event_mask::create, mark_target::filesystem);
  const auto processes = start_flood();
  const auto made = processes.size() * (test::queue_limit() + 10);
  await_queued(group, test::queue_limit() + 1); // nothing is read before it is too late

  std::size_t told = 0;
  std::size_t overflows = 0;
  const auto count = [&]
  {
    for (const auto& e : drain(group))
    {
      ++(e.is_overflow() ? overflows : told);
    }
  };
  for (const auto& process : processes)
  {
    while (!process->has_ended())
    {
      count();
    }
    BOOST_TEST(process->result() == 0);
  }
  count();

  BOOST_TEST(overflows >= 1U);
  BOOST_TEST(told < made);
  many.write("after");
  const auto events = drain(group);
  BOOST_REQUIRE(events.size() == 1);
  BOOST_TEST(events[0].name().value() == "after");
}

BOOST_AUTO_TEST_CASE(who_asked_before_a_flood_is_answered_and_who_asks_after_it_is_asked)
{
  auto group = open({.flags = init_flags::class_content, .limited_queue = true});
  group.add_mark(file, event_mask::open_perm);
  group.add_mark(many.path(), event_mask::open, mark_target::mount);
  buffer.emplace(200 * 24); // and so many descriptors
  test::crowd before(file, 100);
  before.await_blocked();
  test::open_many(many.path(), test::queue_limit());

  group.non_blocking(false);
  const auto deny = [](const event_view&) { return response::deny(); };
  for (std::size_t answered = 0; answered < before.size();)
  {
    answered += group.respond(group.read_events(*buffer), deny);
  }
  BOOST_TEST(before.ended_with(EPERM) == before.size());

  bool overflow = false;
  while (group.queued() > 0)
  {
    overflow = read(group).back().is_overflow();
  }
  BOOST_TEST(overflow);
  test::crowd after(file, 100);
  for (std::size_t answered = 0; answered < after.size();)
  {
    answered += group.respond(group.read_events(*buffer), deny);
  }
  BOOST_TEST(after.ended_with(EPERM) == after.size());
}

BOOST_AUTO_TEST_SUITE_END()

// J. Whose id an event carries where a process has several threads.

#include "support/file_scenario.hpp"

#include <thread>

#include <sys/syscall.h>

namespace utf = boost::unit_test;
using fanio::event;
using fanio::event_mask;
using fanio::init_flags;

namespace {

struct threads_fixture : test::file_scenario
{
  /// What a group is told of a file that another thread makes, which is `maker`.
  std::vector<event> watch_a_thread(init_flags flags)
  {
    auto group = open(flags);
    group.add_mark(fs.path(), event_mask::open | event_mask::modify | event_mask::close |
                                  event_mask::event_on_child);
    std::jthread(
        [&]
        {
          maker = static_cast<pid_t>(::syscall(SYS_gettid));
          test::write_byte(test::open_file(fs / "made", O_CREAT | O_WRONLY));
        })
        .join();
    auto events = drain(group);
    BOOST_TEST(test::merged(events) ==
               (event_mask::open | event_mask::modify | event_mask::close_write));
    return events;
  }

  pid_t maker = 0;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(threads, threads_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(J01_an_event_of_any_thread_is_that_of_its_process)
{
  for (const auto& e : watch_a_thread(init_flags::class_notif))
  {
    BOOST_TEST(e.pid() == ::getpid());
  }
  BOOST_TEST(maker != ::getpid());
}

BOOST_AUTO_TEST_CASE(J01_where_thread_ids_are_reported_it_is_that_of_the_thread)
{
  for (const auto& e : watch_a_thread(init_flags::report_tid))
  {
    BOOST_TEST(e.pid() == maker);
  }
  BOOST_TEST(maker != ::getpid());
}

BOOST_AUTO_TEST_SUITE_END()

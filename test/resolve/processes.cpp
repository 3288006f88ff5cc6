// Which process an event is of, on the running kernel.

#include "support/child.hpp"
#include "support/scenario.hpp"
#include <fanio/resolve/process_table.hpp>

#include <algorithm>
#include <string>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::resolve::process_table;

namespace {

struct processes_fixture : test::reading_fixture
{
  fanotify_handle watch(init_flags flags = init_flags::report_pidfd)
  {
    auto group = open(flags | init_flags::class_notif);
    group.add_mark(file, event_mask::open);
    return group;
  }

  std::filesystem::path file = directory.write("file");
  process_table table;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(processes, processes_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(a_process_is_told_at_once)
{
  auto group = watch();
  const test::child tail({"tail", "-f", file});
  const auto events = await(group);
  const auto* const p = table.find(events.front());
  BOOST_REQUIRE(p != nullptr);
  BOOST_TEST(p->pid == tail.pid());
  BOOST_TEST(p->comm.value() == "tail");
  BOOST_TEST(p->parent.value() == ::getpid());
  BOOST_TEST(p->session.value() == ::getsid(tail.pid()));
  BOOST_TEST(p->uid.value() == ::geteuid());
  BOOST_TEST(p->gid.value() == ::getegid());
}

BOOST_AUTO_TEST_CASE(the_rest_is_told_on_demand)
{
  auto group = watch();
  const test::child tail({"tail", "-f", file});
  const auto events = await(group);
  const auto p = *table.find(events.front());
  const auto& d = table.details(p);
  BOOST_TEST(d.exe.value().ends_with("/tail"));
  BOOST_TEST((d.command_line.value() == std::vector<std::string>{"tail", "-f", file.string()}));
  BOOST_TEST(d.cwd.value() == std::filesystem::current_path().string());
  BOOST_TEST(d.pid_namespace.has_value());
  BOOST_TEST(d.mount_namespace.has_value());
  BOOST_TEST(d.cgroup.value().starts_with("/"));
}

BOOST_AUTO_TEST_CASE(its_ancestors_go_up_to_the_first)
{
  auto group = watch();
  const test::child tail({"tail", "-f", file});
  const auto events = await(group);
  const auto above = table.ancestors(*table.find(events.front()));
  BOOST_REQUIRE(!above.empty());
  BOOST_TEST(above.front().pid == ::getpid());
  BOOST_TEST(above.back().parent.value() == 0);
}

BOOST_AUTO_TEST_CASE(of_one_that_has_ended_only_the_pid_is_known)
{
  for (const auto flags : {init_flags::report_pidfd, init_flags{}})
  {
    auto group = watch(flags);
    test::forked other([&] { return ::close(::open(file.c_str(), O_RDONLY | O_CLOEXEC)); });
    const auto pid = other.pid();
    BOOST_TEST(other.result() == 0);
    const auto events = drain(group);
    BOOST_REQUIRE(events.size() == 1U);
    const auto* const p = table.find(events.front());
    BOOST_REQUIRE(p != nullptr);
    BOOST_TEST(p->pid == pid);
    BOOST_TEST(!p->comm.has_value());
    BOOST_TEST(!p->start_time.has_value());
    BOOST_TEST(!table.details(*p).exe.has_value());
    BOOST_TEST(table.ancestors(*p).empty());
    table.start_batch();
  }
}

BOOST_AUTO_TEST_CASE(of_one_that_has_ended_what_was_known_before_is_told_where_that_is_asked_for)
{
  table = process_table({.remember_ended = true});
  auto group = watch();
  test::forked other(
      [&]
      {
        ::prctl(PR_SET_NAME, "other");
        const bool opened = ::close(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) == 0;
        ::raise(SIGSTOP);
        return opened ? ::close(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) : 1;
      });
  test::await_stopped(other);
  {
    const auto before = await(group);
    table.start_batch();
    BOOST_TEST(table.find(before.front())->comm.value() == "other");
    BOOST_TEST(table.details(*table.find(before.front())).exe.has_value());
  }
  ::kill(other.pid(), SIGCONT);
  BOOST_TEST(other.result() == 0);
  const auto after = await(group);
  table.start_batch();
  const auto* const p = table.find(after.front());
  BOOST_TEST(p->comm.value() == "other");
  BOOST_TEST(table.details(*p).exe.has_value());
}

// A process of a pid namespace of its own can choose the pid of its child.
BOOST_AUTO_TEST_CASE(one_that_has_got_the_pid_of_another_is_not_taken_for_it)
{
  // Both have the name that they set, and the pid of the first is given to the second.
  auto group = watch();
  std::vector<fanio::event> events;
  pid_t pid = 0;
  {
    test::forked first(
        [&]
        {
          ::prctl(PR_SET_NAME, "first");
          return ::close(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
        });
    pid = first.pid();
    BOOST_REQUIRE(table.find(pid) != nullptr);
    BOOST_TEST(first.result() == 0);
    events = await(group);
  }
  const auto choose = [](pid_t next)
  {
    const fanio::unique_fd last(::open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC));
    const auto text = std::to_string(next - 1);
    return ::write(last.get(), text.data(), text.size()) > 0;
  };
  bool has_it = false;
  for (int attempt = 0; attempt < 100 && !has_it && choose(pid); ++attempt)
  {
    test::forked second([] { return ::prctl(PR_SET_NAME, "second"); });
    has_it = second.pid() == pid;
    if (has_it)
    {
      table.start_batch();
      const auto* const p = table.find(events.front());
      BOOST_REQUIRE(p != nullptr);
      BOOST_TEST(!p->comm.has_value());
    }
  }
  BOOST_WARN_MESSAGE(has_it, "no other process could be given the pid");
}

BOOST_AUTO_TEST_CASE(in_a_batch_it_is_read_once_and_anew_in_the_next)
{
  test::forked other(
      []
      {
        ::prctl(PR_SET_NAME, "before");
        ::raise(SIGSTOP);
        ::prctl(PR_SET_NAME, "after");
        return ::raise(SIGSTOP);
      });
  test::await_stopped(other);
  BOOST_TEST(table.find(other.pid())->comm.value() == "before");
  ::kill(other.pid(), SIGCONT);
  test::await_stopped(other);
  BOOST_TEST(table.find(other.pid())->comm.value() == "before");
  table.start_batch();
  BOOST_TEST(table.find(other.pid())->comm.value() == "after");
}

BOOST_AUTO_TEST_CASE(no_more_are_kept_than_the_limit)
{
  table = process_table({.max_processes = 2});
  test::forked a([] { return ::pause(); });
  test::forked b([] { return ::pause(); });
  for (const auto pid : {::getpid(), a.pid(), b.pid(), ::getppid()})
  {
    BOOST_TEST(table.find(pid) != nullptr);
    BOOST_TEST(table.size() <= 2U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

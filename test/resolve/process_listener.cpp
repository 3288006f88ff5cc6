// Processes that are known because their start was heard of.

#include "resolve/connector_messages.hpp"
#include "support/child.hpp"
#include "support/credentials.hpp"
#include "support/forked.hpp"
#include "support/process_connector.hpp"
#include "support/scenario.hpp"
#include <fanio/resolve/process_listener.hpp>
#include <fanio/resolve/process_table.hpp>

#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace utf = boost::unit_test;
namespace resolve = fanio::resolve;
using fanio::error_code;
using fanio::event_mask;
using fanio::init_flags;

namespace {

/// A datagram with one event, of this kind and with these numbers.
std::vector<std::byte> news(std::uint32_t kind, std::initializer_list<std::int32_t> numbers)
{
  constexpr std::size_t connector = sizeof(nlmsghdr);
  constexpr std::size_t event = connector + sizeof(cn_msg);
  constexpr std::size_t data = event + offsetof(proc_event, event_data);
  std::vector<std::byte> bytes(data + numbers.size() * sizeof(std::int32_t));
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(bytes.size());
  std::memcpy(bytes.data(), &header, sizeof header);
  const cb_id id{.idx = CN_IDX_PROC, .val = CN_VAL_PROC};
  std::memcpy(bytes.data() + connector, &id, sizeof id);
  std::memcpy(bytes.data() + event, &kind, sizeof kind);
  std::memcpy(bytes.data() + data, std::data(numbers), numbers.size() * sizeof(std::int32_t));
  return bytes;
}

std::vector<pid_t> started(std::span<const std::byte> datagram)
{
  std::vector<pid_t> all;
  resolve::parse_connector(datagram, [&](pid_t pid, auto) { all.push_back(pid); });
  return all;
}

struct process_listener_fixture : test::reading_fixture
{
  process_listener_fixture() { listener.open(); }

  /// False where the machine has started more than the socket holds.
  bool hear()
  {
    error_code missed;
    listener.update(table, missed);
    return !missed;
  }

  /// Its events before it executed another program, which were seen while it was there.
  std::vector<fanio::event> executes_after_it_is_seen(fanio::fanotify_handle& group)
  {
    const auto file = directory.write("file");
    group.add_mark(file, event_mask::open);
    test::child one({"sh", "-c", ": < \"$0\"; kill -STOP $$; exec cat \"$0\"", file});
    one.await_stop();
    auto before = await(group);
    table.start_batch();
    BOOST_TEST(table.find(before.front())->comm.value_or("?") == "sh");
    one.go_on();
    one.wait();
    return before;
  }

  resolve::process_table table{{.remember_ended = true}};
  resolve::process_listener listener;
};

} // namespace

BOOST_AUTO_TEST_SUITE(connector_messages)

BOOST_AUTO_TEST_CASE(a_fork_tells_of_the_child_and_an_execution_of_the_process)
{
  BOOST_TEST((started(news(1, {10, 10, 11, 11})) == std::vector<pid_t>{11}));
  BOOST_TEST((started(news(2, {13, 12})) == std::vector<pid_t>{12})); // by a thread
}

BOOST_AUTO_TEST_CASE(threads_and_ends_are_no_start)
{
  BOOST_TEST(started(news(1, {10, 10, 11, 10})).empty());
  BOOST_TEST(started(news(0x80000000, {10, 10, 0, 17})).empty());
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_is_acknowledged)
{
  const auto answer = resolve::parse_connector(news(0, {EPERM}), [](pid_t, auto) {});
  BOOST_TEST(answer.is_acknowledged);
  BOOST_TEST(answer.error == EPERM);
}

BOOST_AUTO_TEST_CASE(a_message_that_is_cut_off_is_left)
{
  auto whole = news(1, {10, 10, 11, 11});
  for (std::size_t size = 0; size < whole.size(); ++size)
  {
    BOOST_TEST(started(std::span(whole).first(size)).empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(without_privilege, *utf::precondition(test::is_privileged))

// Since Linux 6.6 everybody may listen.
BOOST_AUTO_TEST_CASE(an_ordinary_user_listens_or_is_told_that_he_may_not)
{
  test::forked child(
      []
      {
        test::drop_privileges();
        resolve::process_listener listener;
        error_code ec;
        listener.open(ec);
        const bool is_told = ec == boost::system::errc::operation_not_permitted;
        return (is_told || !ec) && listener.is_open() == !ec ? 0 : 1;
      });
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(process_listeners, process_listener_fixture,
                         *utf::precondition(test::is_privileged) *
                             utf::precondition(test::has_process_connector))

BOOST_AUTO_TEST_CASE(one_that_ended_before_its_event_was_read_is_known)
{
  const auto file = directory.write("file");
  auto group = open(init_flags::class_notif | init_flags::report_pidfd);
  group.add_mark(file, event_mask::open);
  test::forked child(
      [&]
      {
        ::prctl(PR_SET_NAME, "short lived");
        ::raise(SIGSTOP);
        return test::try_open(file);
      });
  test::await_stopped(child);
  error_code missed;
  BOOST_TEST(listener.update(table, missed) >= 1U);
  ::kill(child.pid(), SIGCONT);
  BOOST_TEST(child.result() == 0);

  const auto events = drain(group);
  BOOST_REQUIRE(events.size() == 1);
  const auto* const p = table.find(events.front());
  BOOST_REQUIRE(p != nullptr);
  BOOST_TEST(p->pid == child.pid());
  BOOST_TEST(p->comm.value_or("?") == "short lived");
  BOOST_TEST(p->parent.value_or(0) == ::getpid());
  BOOST_TEST(table.details(*p).exe.value_or("?") ==
             std::filesystem::read_symlink("/proc/self/exe").string());
}

// While it was there it was seen what it is: the news of its start, which come later, tell no more.
BOOST_AUTO_TEST_CASE(one_that_was_seen_has_its_name_still_when_its_start_is_heard_of_after_its_end)
{
  const auto file = directory.write("file");
  auto group = open(init_flags::class_notif | init_flags::report_pidfd);
  group.add_mark(file, event_mask::open);
  test::forked child(
      [&]
      {
        ::prctl(PR_SET_NAME, "short lived");
        test::try_open(file);
        ::raise(SIGSTOP);
        return test::try_open(file);
      });
  test::await_stopped(child);
  const auto while_it_was_there = await(group);
  table.start_batch();
  BOOST_TEST(table.find(while_it_was_there.front())->comm.value_or("?") == "short lived");
  ::kill(child.pid(), SIGCONT);
  BOOST_TEST(child.result() == 0);
  BOOST_TEST(hear());
  BOOST_TEST(table.find(while_it_was_there.front())->comm.value_or("?") == "short lived");

  const auto after_its_end = drain(group);
  BOOST_REQUIRE(!after_its_end.empty());
  table.start_batch();
  BOOST_TEST(table.find(after_its_end.front())->comm.value_or("?") == "short lived");
}

// The first event is of what it was; of what it has become nobody knows.
BOOST_AUTO_TEST_CASE(
    one_that_has_executed_since_it_was_seen_has_its_name_for_what_it_did_before_only)
{
  auto group = open(init_flags::class_notif | init_flags::report_pidfd);
  const auto before = executes_after_it_is_seen(group);
  BOOST_TEST(hear());
  BOOST_TEST(table.find(before.front())->comm.value_or("?") == "sh");

  const auto after = drain(group);
  BOOST_REQUIRE(!after.empty());
  table.start_batch();
  BOOST_TEST(table.find(after.front())->comm.value_or("?") == "?");
}

BOOST_AUTO_TEST_CASE(one_that_has_executed_is_not_what_it_was_in_an_earlier_batch)
{
  auto group = open(init_flags::class_notif | init_flags::report_pidfd);
  executes_after_it_is_seen(group);
  const auto after = drain(group);
  BOOST_REQUIRE(!after.empty());
  table.start_batch();
  table.look(after.front());
  BOOST_TEST(hear());
  BOOST_TEST(table.find(after.front())->comm.value_or("?") == "?");
}

// 10,000 of them, of whom only some can be caught: what is said of one is true of it.
BOOST_AUTO_TEST_CASE(of_those_that_live_a_moment_nothing_wrong_is_told)
{
  auto group = open(init_flags::class_notif | init_flags::report_pidfd);
  group.add_mark(directory.path(), event_mask::open | event_mask::event_on_child);
  constexpr int count = 10'000;
  const auto own = "test_resolve"; // until it has named itself
  std::size_t told = 0;
  std::string wrong;
  const auto look = [&]
  {
    table.start_batch();
    error_code missed; // the machine may start more than the socket holds
    listener.update(table, missed);
    for (const auto& e : drain(group))
    {
      const auto* const p = table.find(e);
      const auto file = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(e.fd()));
      const auto name = file.filename().string();
      if (p == nullptr || p->pid != e.pid() || (p->comm && *p->comm != name && *p->comm != own))
      {
        wrong += std::to_string(e.pid()) + " is " + name + ", not " +
                 (p != nullptr ? std::to_string(p->pid) + " " + p->comm.value_or("?") : "nobody") +
                 (e.pidfd() >= 0 ? ", with a pidfd\n" : "\n");
      }
      ++told;
    }
  };
  const auto file = directory.write("c");
  for (int i = 0; i < count; ++i)
  {
    const auto name = "c" + std::to_string(i % 100);
    const pid_t pid = ::fork();
    if (pid == 0)
    {
      ::prctl(PR_SET_NAME, name.c_str());
      ::close(::open((directory / name).c_str(), O_CREAT | O_RDONLY | O_CLOEXEC, 0600));
      ::_exit(0);
    }
    if (i % 16 == 0)
    {
      look();
    }
    ::waitpid(pid, nullptr, 0);
  }
  look();
  BOOST_TEST(told >= static_cast<std::size_t>(count));
  BOOST_TEST(wrong == "");
}

BOOST_AUTO_TEST_SUITE_END()

// A system call that fails where the caller can do something about it: he is told, with the errors
// of its manual page, and when it works again so does the group. Where only the library can do
// something about it, when a group that denies by default is closed, it does.

#include "errors_of.hpp"
#include "failing_calls.hpp"
#include "support/full_descriptor_table.hpp"
#include "support/guarded_file.hpp"
#include "support/refused_call.hpp"
#include <fanio/event.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <vector>

#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

namespace utf = boost::unit_test;
using fanio::error_code;
using fanio::event_mask;
using fanio::event_range;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_target;
using fanio::response;
using test::fail_closed;

namespace {

struct told_failures_fixture : test::guarded_file
{
  /// Lets the `time`-th such call fail that `act` makes, once with each error. False if there are
  /// not so many calls.
  template <std::invocable<error_code&> Act>
  bool is_told(std::string_view call, Act act, int time = 1)
  {
    bool has_struck = true;
    for (const int error : test::errors_of(call))
    {
      if (is_no_failure(call, error))
      {
        continue;
      }
      BOOST_TEST_CONTEXT(call << ", time " << time << ": " << ::strerrorname_np(error))
      {
        const test::failing_call fault(call, error, time);
        error_code ec;
        act(ec);
        has_struck = has_struck && fault.has_struck();
        BOOST_TEST((ec || !fault.has_struck()), "its failure is not told");
      }
    }
    return has_struck;
  }

  /// What is tried again or waited for, and an answer that the kernel needs no more.
  static bool is_no_failure(std::string_view call, int error)
  {
    return (call == "read" && (error == EINTR || error == EAGAIN)) ||
           (call == "poll" && error == EINTR) ||
           (call.starts_with("write") && (error == EINTR || error == ENOENT));
  }

  /// Somebody asks and is answered: the group is as good as before.
  void check_goes_on(fanotify_handle& group, test::opener& asker)
  {
    group.respond(next(group), response::allow());
    BOOST_TEST(asker.result() == 0);
  }

  /// Two are queued when a group is closed that denies by default, and a call fails.
  void check_all_are_denied(std::string_view call, int error)
  {
    BOOST_TEST_CONTEXT(call << ": " << ::strerrorname_np(error))
    {
      auto group = guard(fail_closed);
      test::opener first(file);
      test::opener second(file);
      await_queued(group, 2);
      const test::failing_call fault(call, error, 1);
      group.close();
      BOOST_TEST(fault.has_struck());
      BOOST_TEST(first.result() == EPERM);
      BOOST_TEST(second.result() == EPERM);
    }
  }

  /// Whoever comes when the marks are gone is not asked for, whatever kind of mark it was.
  void check_close_takes_marks(mark_target target)
  {
    auto group = open(fail_closed);
    group.add_mark(file, event_mask::open_perm, target);
    test::opener queued(file);
    await_queued(group, 1);
    const int fd = group.native_handle();
    std::optional<int> late;
    const test::before_call hook("ioctl", [&] { late = open_late(fd); });
    group.close();
    BOOST_REQUIRE(late.has_value());
    BOOST_TEST(*late == 0);
    BOOST_TEST(queued.result() == EPERM);
  }

  /// What an opening gives, or -1 if it is queued.
  int open_late(int group_fd)
  {
    auto& child = late_.emplace_back(std::make_unique<test::opener>(file));
    for (int bytes = 0; !child->has_ended(); ::ioctl(group_fd, FIONREAD, &bytes))
    {
      if (bytes > static_cast<int>(FAN_EVENT_METADATA_LEN)) // more than who was queued before
      {
        return -1;
      }
    }
    return child->result();
  }

  std::vector<std::unique_ptr<test::opener>> late_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(told_failures, told_failures_fixture,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(of_opening_a_group)
{
  fanotify_handle group(context);
  auto options = content;
  options.report_lost_events = false; // or it is tried again without
  BOOST_TEST(is_told("fanotify_init", [&](error_code& ec) { group.open(options, ec); }));
  BOOST_TEST(!group.is_open());
  group.open(options);
  BOOST_TEST(group.is_open());
}

BOOST_AUTO_TEST_CASE(of_getting_memory_for_a_group)
{
  fanotify_handle group(context);
  const auto open = [&](error_code& ec)
  {
    try
    {
      group.open(content, ec);
      group.close();
    }
    catch (const std::bad_alloc&)
    {
      ec = make_error_code(boost::system::errc::not_enough_memory);
    }
    BOOST_TEST(!group.is_open());
  };
  BOOST_TEST(is_told("mmap", open, 2)); // the first is no matter: without it getpid(2) is asked
}

BOOST_AUTO_TEST_CASE(of_each_command_to_marks)
{
  auto group = open(content);
  using command = void (*)(fanotify_handle&, const std::filesystem::path&, error_code&);
  for (const command each :
       {
           command([](auto& g, auto& path, auto& ec) { g.add_mark(path, event_mask::open, ec); }),
           command([](auto& g, auto& path, auto& ec) { g.ignore(path, event_mask::open, ec); }),
           command([](auto& g, auto& path, auto& ec)
                   { g.remove_mark(path, event_mask::open, ec); }),
           command([](auto& g, auto&, auto& ec) { g.flush_marks(mark_target::inode, ec); }),
       })
  {
    BOOST_TEST(is_told("fanotify_mark", [&](error_code& ec) { each(group, file, ec); }));
  }
}

BOOST_AUTO_TEST_CASE(of_a_read)
{
  auto group = guard();
  test::opener asker(file);
  await_queued(group, 1);
  BOOST_TEST(is_told("read", [&](error_code& ec) { group.read_events(*buffer, ec); }));
  check_goes_on(group, asker);
}

BOOST_AUTO_TEST_CASE(of_an_asynchronous_read)
{
  auto group = guard();
  test::opener asker(file);
  await_queued(group, 1);
  const auto read = [&](error_code& ec)
  {
    group.async_read_events(*buffer, [&](error_code result, event_range) { ec = result; });
    run();
  };
  BOOST_TEST(is_told("read", read));
  check_goes_on(group, asker);
}

BOOST_AUTO_TEST_CASE(of_waiting_for_events)
{
  auto group = guard();
  group.non_blocking(false);
  BOOST_TEST(is_told("poll", [&](error_code& ec) { group.read_events(*buffer, ec); }));
  test::opener asker(file);
  check_goes_on(group, asker);
}

BOOST_AUTO_TEST_CASE(of_counting_what_is_queued)
{
  auto group = guard();
  BOOST_TEST(is_told("ioctl", [&](error_code& ec) { static_cast<void>(group.queued(ec)); }));
}

BOOST_AUTO_TEST_CASE(of_an_answer)
{
  auto group = guard();
  test::opener asker(file);
  const auto e = next(group);
  BOOST_TEST(is_told("write", [&](error_code& ec) { group.respond(e, response::deny(), ec); }));
  BOOST_TEST(e.needs_response());
  group.respond(e, response::allow());
  BOOST_TEST(asker.result() == 0);
}

BOOST_AUTO_TEST_CASE(of_several_answers)
{
  auto group = guard();
  const auto deny_two = [&](error_code& ec)
  {
    test::opener one(file);
    test::opener other(file);
    await_queued(group, 2);
    const auto events = group.read_events(*buffer);
    // It fails for the first, and goes on with the second.
    BOOST_TEST(group.respond(events, response::deny(), ec) == 1);
    error_code none;
    BOOST_TEST(group.respond(events, response::allow(), none) == 1);
    BOOST_TEST(one.result() + other.result() == EPERM);
  };
  BOOST_TEST(is_told("writev", deny_two));
}

BOOST_AUTO_TEST_CASE(of_duplicating_a_descriptor)
{
  auto group = guard();
  test::opener asker(file);
  const auto e = next(group);
  BOOST_TEST(is_told("dup", [&](error_code& ec) { static_cast<void>(e.take_fd(ec)); }));
  group.respond(e, response::allow());
  BOOST_TEST(asker.result() == 0);
}

BOOST_AUTO_TEST_CASE(of_each_call_when_a_group_is_adopted)
{
  fanio::unique_fd raw(::fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY));
  fanotify_handle group(context);
  const auto adopt = [&](error_code& ec)
  {
    group.assign(raw.get(), ec);
    BOOST_TEST(group.is_open() == !ec);
    if (!ec)
    {
      static_cast<void>(group.release());
    }
  };
  BOOST_TEST(is_told("open", adopt));
  BOOST_TEST(is_told("read", adopt));
  int times = 0;
  while (is_told("fcntl", adopt, times + 1))
  {
    ++times;
  }
  BOOST_TEST(times == 5); // one to see whether it is open at all, and two flags got and set
  group.assign(raw.release());
}

#if !defined(BOOST_ASIO_HAS_IO_URING_AS_DEFAULT)
BOOST_AUTO_TEST_CASE(of_registering_a_group_with_the_reactor)
{
  fanotify_handle(context, content).close(); // makes the reactor
  test::forked child(
      []
      {
        boost::asio::io_context own;
        fanotify_handle group(own, content);
        group.close();
        if (test::refuse_call(SYS_epoll_ctl, ENOSPC) != 0)
        {
          return 2;
        }
        error_code ec;
        group.open(content, ec);
        return ec == boost::system::errc::no_space_on_device && !group.is_open() ? 0 : 1;
      });
  BOOST_TEST(child.result() == 0);
}
#endif

BOOST_AUTO_TEST_CASE(a_fail_closed_group_goes_on_to_deny_when_a_read_fails)
{
  for (const int error : test::errors_of("read"))
  {
    check_all_are_denied("read", error);
  }
}

BOOST_AUTO_TEST_CASE(a_fail_closed_group_denies_also_if_it_can_not_count_who_is_queued)
{
  for (const int error : test::errors_of("ioctl"))
  {
    check_all_are_denied("ioctl", error);
  }
}

BOOST_AUTO_TEST_CASE(a_fail_closed_group_denies_also_without_a_free_descriptor)
{
  auto group = guard(fail_closed);
  test::opener first(file);
  test::opener second(file);
  test::opener third(file);
  await_queued(group, 3);
  {
    const test::full_descriptor_table full;
    group.close();
  }
  BOOST_TEST(first.result() == EPERM);
  BOOST_TEST(second.result() == EPERM);
  BOOST_TEST(third.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(a_fail_closed_group_takes_its_inode_marks_away_before_it_denies)
{
  check_close_takes_marks(mark_target::inode);
}

BOOST_AUTO_TEST_CASE(a_fail_closed_group_takes_its_mount_marks_away_before_it_denies)
{
  check_close_takes_marks(mark_target::mount);
}

BOOST_AUTO_TEST_CASE(a_fail_closed_group_takes_its_filesystem_marks_away_before_it_denies)
{
  check_close_takes_marks(mark_target::filesystem);
}

BOOST_AUTO_TEST_SUITE_END()

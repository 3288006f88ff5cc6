// Every system call of the library, made to fail once with every errno of its manual page, at every
// place where the library makes it: that is an error or no matter, and nobody stays blocked,
// nothing leaks, and what was interrupted is done again.

#include "errors_of.hpp"
#include "failing_calls.hpp"
#include "support/forked.hpp"
#include "support/permission_fixture.hpp"
#include "support/requires.hpp"
#include <fanio/event.hpp>
#include <fanio/group_info.hpp>
#include <fanio/probe.hpp>
#include <fanio/resolve/path_resolver.hpp>
#include <fanio/resolve/process_listener.hpp>
#include <fanio/resolve/process_table.hpp>

#include <array>
#include <new>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include <sys/fanotify.h>
#include <sys/prctl.h>

namespace utf = boost::unit_test;
using fanio::error_code;
using fanio::event_mask;
using fanio::event_range;
using fanio::event_view;
using fanio::fanotify_handle;
using fanio::group_options;
using fanio::init_flags;
using fanio::mark_target;
using fanio::response;
using fanio::verdict;

namespace {

/// What a program does with the library, ending at the first error, which it returns.
struct system_calls_fixture : test::permission_fixture
{
  using life = error_code (system_calls_fixture::*)();

  /// One request, read later and answered.
  error_code answers_later()
  {
    error_code ec;
    fanotify_handle group(context);
    group.open(
        {.flags = init_flags::class_content | init_flags::report_pidfd, .reserved_descriptors = 2},
        ec);
    if (!ec)
    {
      group.add_mark(file, event_mask::open_perm, ec);
    }
    if (ec)
    {
      return ec;
    }
    test::opener child(file);
    group.async_read_events(buffer,
                            [&](error_code result, event_range events)
                            {
                              ec = result;
                              for (const event_view e : events)
                              {
                                group.respond(e, response::allow(), result);
                                ec = ec ? ec : result;
                              }
                            });
    context.restart();
    context.run_for(test::deadline);
    group.close();
    BOOST_TEST(child.result() == 0);
    return ec;
  }

  /// Three requests of which two are answered at once and one is not, and one that nobody reads.
  error_code denies_the_rest()
  {
    error_code ec;
    fanotify_handle group(context);
    group.open({.flags = init_flags::class_content | init_flags::report_tid,
                .default_verdict = verdict::deny},
               ec);
    if (!ec)
    {
      group.add_mark(file, event_mask::open_perm, ec);
    }
    if (ec)
    {
      return ec;
    }
    std::array<test::opener, 3> children{test::opener(file), test::opener(file),
                                         test::opener(file)};
    for (auto seen = group.queued(ec); !ec && seen < children.size(); seen = group.queued(ec))
    {
    }
    const auto events = ec ? event_range() : group.read_events(buffer, ec);
    if (events.size() == children.size())
    {
      const auto last = events.front().take();
      group.respond(
          events, [&](const event_view& e)
          { return e.fd() % 2 == 0 ? verdict::allow : verdict::deny; }, ec);
    }
    const auto own = ec;
    test::opener queued(file);
    while (!ec && group.queued(ec) == 0)
    {
    }
    error_code ignored;
    group.close(ignored);
    buffer.clear();
    for (auto& child : children)
    {
      BOOST_TEST(child.result() >= 0);
    }
    // Only if the deny itself was not taken.
    const bool unanswered = fault_ != nullptr && fault_->name() == "write" && fault_->has_struck();
    BOOST_TEST((ec || unanswered || queued.result() == EPERM), "who was queued was let through");
    return own ? own : ec;
  }

  /// Notifications: what is waited for, read, counted and taken out.
  error_code takes_descriptors()
  {
    error_code ec;
    fanotify_handle group(context);
    group.open({.flags = init_flags::class_notif | init_flags::report_pidfd}, ec);
    if (!ec)
    {
      group.add_mark(file, event_mask::open, ec);
    }
    if (ec)
    {
      return ec;
    }
    test::opener child(file);
    const auto events = group.read_events(buffer, ec);
    for (const event_view e : events)
    {
      const auto fd = e.take_fd(ec);
      const auto kept = e.take();
    }
    BOOST_TEST(child.result() == 0);
    static_cast<void>(ec ? 0 : group.queued(ec));
    return ec;
  }

  /// Somebody else's group, taken over and given back, with an event that a duplicate is taken of.
  error_code adopts()
  {
    error_code ec;
    fanio::unique_fd raw(::fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY));
    fanotify_handle group(context);
    group.assign(raw.get(), ec);
    if (ec)
    {
      return ec;
    }
    static_cast<void>(raw.release());
    group.add_mark(file, event_mask::open_perm, ec);
    if (ec)
    {
      return ec;
    }
    test::opener child(file);
    const auto events = group.read_events(buffer, ec);
    for (const event_view e : events)
    {
      const auto copy = e.take_fd(ec);
      group.respond(e, response::allow().audit(), ec);
    }
    if (!ec)
    {
      raw = fanio::unique_fd(group.release(ec));
    }
    raw.reset();
    group.close();
    BOOST_TEST(child.result() == 0);
    return ec;
  }

  /// What the kernel refuses, and so is explained.
  error_code is_refused()
  {
    error_code ec;
    fanotify_handle group(context);
    group.open({.flags = init_flags::class_content | init_flags::report_fid}, ec);
    BOOST_TEST(bool(ec));
    group.open({.flags = init_flags::report_dfid_name}, ec);
    const auto opened = ec;
    if (!ec)
    {
      group.add_mark(directory / "missing", event_mask::create, ec);
      BOOST_TEST(bool(ec));
      group.add_mark("/proc/self", event_mask::create, ec, mark_target::filesystem);
      BOOST_TEST(bool(ec));
      group.add_mark(file, event_mask::open_perm, ec);
      BOOST_TEST(bool(ec));
      group.ignore(file, event_mask::open, ec, mark_target::filesystem, fanio::mark_flags::ignore);
      BOOST_TEST(bool(ec));
      group.remove_mark(fanio::location::of_fd(-1), event_mask::create, ec);
      BOOST_TEST(bool(ec));
      static_cast<void>(fanio::read_group_info(group.native_handle(), ec));
    }
    return opened ? opened : ec;
  }

  /// What this kernel can do.
  error_code probes()
  {
    static_cast<void>(fanio::probe());
    return {};
  }

  /// The path and the process of an event: what can't be asked is not known, and never wrong.
  error_code resolves()
  {
    error_code ec;
    fanotify_handle group(context);
    group.open({.flags = init_flags::report_dfid_name_target | init_flags::report_pidfd}, ec);
    if (!ec)
    {
      group.add_mark(directory.path(), event_mask::open | event_mask::event_on_child, ec);
    }
    if (ec)
    {
      return ec;
    }
    test::forked child(
        [&]
        {
          ::prctl(PR_SET_NAME, "opener");
          test::try_open(file, O_RDONLY);
          return ::pause();
        });
    const auto events = group.read_events(buffer, ec);
    fanio::resolve::path_resolver paths;
    fanio::resolve::process_table processes;
    for (const event_view e : events)
    {
      std::string path;
      ec = paths.resolve(e, path);
      BOOST_TEST(path == (ec ? "" : file.string()));
      const auto* const p = processes.find(e);
      BOOST_REQUIRE(p != nullptr);
      BOOST_TEST(p->pid == child.pid());
      BOOST_TEST(p->comm.value_or("opener") == "opener");
      const auto& more = processes.details(*p);
      BOOST_TEST(more.cwd.value_or(std::filesystem::current_path()) ==
                 std::filesystem::current_path());
      static_cast<void>(processes.ancestors(*p));
    }
    return ec;
  }

  /// Processes that start are heard of.
  error_code listens()
  {
    fanio::resolve::process_table processes({.remember_ended = true});
    fanio::resolve::process_listener listener;
    error_code ec;
    listener.open(ec);
    if (!ec)
    {
      BOOST_TEST(test::opener(file).result() == 0);
      listener.update(processes, ec);
    }
    // The machine may start more than the socket holds.
    return ec == boost::system::errc::no_buffer_space ? error_code() : ec;
  }

  static constexpr std::array<life, 8> lives{
      &system_calls_fixture::answers_later,     &system_calls_fixture::denies_the_rest,
      &system_calls_fixture::takes_descriptors, &system_calls_fixture::adopts,
      &system_calls_fixture::is_refused,        &system_calls_fixture::probes,
      &system_calls_fixture::resolves,          &system_calls_fixture::listens};

  /// Whether a signal may interrupt it here: what is opened and asked never waits.
  static bool may_wait(std::string_view call)
  {
    return call == "read" || call == "write" || call == "writev" || call == "poll" ||
           call == "send" || call == "recv";
  }

  /// Lets a call fail each time that it is made in each life.
  void fail(std::string_view call)
  {
    static_cast<void>(answers_later()); // the first time makes the reactor, which stays
    buffer.clear();
    int struck = 0;
    for (const auto live : lives)
    {
      for (const int error : test::errors_of(call))
      {
        // As often as the call is made; a probe makes hundreds of the same.
        constexpr int enough = 24;
        bool strikes = true;
        for (int time = 1; strikes && time <= enough; ++time)
        {
          strikes = live_once(live, call, error, time);
          struck += strikes ? 1 : 0;
        }
      }
    }
    BOOST_TEST(struck > 0, "no life of the test makes this call");
  }

  bool live_once(life live, std::string_view call, int error, int time)
  {
    BOOST_TEST_CONTEXT(call << ", time " << time << ": " << ::strerrorname_np(error))
    {
      const test::fd_census nothing_leaks;
      const test::failing_call fault(call, error, time);
      fault_ = &fault;
      const auto ec = live_or_run_out_of_memory(live);
      fault_ = nullptr;
      buffer.clear();
      if (fault.has_struck() && error == EINTR && may_wait(call))
      {
        BOOST_TEST(!ec, "what was interrupted is not done again: " << ec.message());
      }
      return fault.has_struck();
    }
    return false;
  }

  error_code live_or_run_out_of_memory(life live)
  {
    try
    {
      return (this->*live)();
    }
    catch (const std::bad_alloc&)
    {
      return make_error_code(boost::system::errc::not_enough_memory);
    }
  }

private:
  const test::failing_call* fault_ = nullptr;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(system_calls, system_calls_fixture,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(a_life_without_a_fault_has_no_error)
{
  for (const auto live : lives)
  {
    const auto ec = (this->*live)();
    BOOST_TEST(!ec, ec.message());
  }
}

BOOST_AUTO_TEST_CASE(fanotify_init_fails)
{
  fail("fanotify_init");
}

BOOST_AUTO_TEST_CASE(fanotify_mark_fails)
{
  fail("fanotify_mark");
}

BOOST_AUTO_TEST_CASE(read_fails)
{
  fail("read");
}

BOOST_AUTO_TEST_CASE(write_fails)
{
  fail("write");
}

BOOST_AUTO_TEST_CASE(writev_fails)
{
  fail("writev");
}

BOOST_AUTO_TEST_CASE(poll_fails)
{
  fail("poll");
}

BOOST_AUTO_TEST_CASE(ioctl_fails)
{
  fail("ioctl");
}

BOOST_AUTO_TEST_CASE(open_fails)
{
  fail("open");
}

BOOST_AUTO_TEST_CASE(openat_fails)
{
  fail("openat");
}

BOOST_AUTO_TEST_CASE(fstat_fails)
{
  fail("fstat");
}

BOOST_AUTO_TEST_CASE(fstatfs_fails)
{
  fail("fstatfs");
}

BOOST_AUTO_TEST_CASE(statfs_fails)
{
  fail("statfs");
}

BOOST_AUTO_TEST_CASE(name_to_handle_at_fails)
{
  fail("name_to_handle_at");
}

BOOST_AUTO_TEST_CASE(open_by_handle_at_fails)
{
  fail("open_by_handle_at");
}

BOOST_AUTO_TEST_CASE(readlinkat_fails)
{
  fail("readlinkat");
}

BOOST_AUTO_TEST_CASE(pidfd_send_signal_fails)
{
  fail("pidfd_send_signal");
}

BOOST_AUTO_TEST_CASE(getrlimit_fails)
{
  fail("getrlimit");
}

BOOST_AUTO_TEST_CASE(close_fails)
{
  fail("close");
}

BOOST_AUTO_TEST_CASE(close_range_fails)
{
  fail("close_range");
}

BOOST_AUTO_TEST_CASE(eventfd_fails)
{
  fail("eventfd");
}

BOOST_AUTO_TEST_CASE(dup_fails)
{
  fail("dup");
}

BOOST_AUTO_TEST_CASE(fcntl_fails)
{
  fail("fcntl");
}

BOOST_AUTO_TEST_CASE(tgkill_fails)
{
  fail("tgkill");
}

BOOST_AUTO_TEST_CASE(mmap_fails)
{
  fail("mmap");
}

BOOST_AUTO_TEST_CASE(madvise_fails)
{
  fail("madvise");
}

BOOST_AUTO_TEST_CASE(munmap_fails)
{
  fail("munmap");
}

BOOST_AUTO_TEST_CASE(socket_fails)
{
  fail("socket");
}

BOOST_AUTO_TEST_CASE(bind_fails)
{
  fail("bind");
}

BOOST_AUTO_TEST_CASE(setsockopt_fails)
{
  fail("setsockopt");
}

BOOST_AUTO_TEST_CASE(send_fails)
{
  fail("send");
}

BOOST_AUTO_TEST_CASE(recv_fails)
{
  fail("recv");
}

BOOST_AUTO_TEST_SUITE_END()

// R. Pidfds: of whom they are, and what stands in their place where there is none; in groups that
// tell errors of descriptors and in groups that do not.

#include "support/in_child.hpp"
#include "support/scenario.hpp"

#include <cstring>
#include <fstream>
#include <future>
#include <thread>

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;

namespace {

/// Of what process or thread a pidfd is, by the kernel's own account.
int process_of(int pidfd)
{
  std::ifstream info("/proc/self/fdinfo/" + std::to_string(pidfd));
  for (std::string line; std::getline(info, line);)
  {
    if (line.starts_with("Pid:"))
    {
      return std::stoi(line.substr(4));
    }
  }
  return 0;
}

fanio::group_options with_pidfds(bool tell_errors, init_flags more = {})
{
  return {.flags = init_flags::report_pidfd | more,
          .event_files = fanio::file_flags::rdwr | fanio::file_flags::largefile,
          .report_lost_events = tell_errors};
}

/// A group that tells errors of descriptors, and one that does not.
template <typename Row>
void in_both_groups(Row&& row)
{
  for (const bool tell_errors : {false, true})
  {
    BOOST_TEST_CONTEXT((tell_errors ? "with report_fd_error" : "without report_fd_error"))
    {
      row(tell_errors);
    }
  }
}

/// Exactly one record, of a pidfd.
void check_record(const fanio::event& e)
{
  BOOST_TEST(std::ranges::distance(e.records()) == 1);
  for (const auto record : e.records())
  {
    BOOST_TEST((record.type() == fanio::info_type::pidfd));
    BOOST_TEST(record.bytes().size() == 8U);
  }
}

void check_descriptor(const fanio::event& e, const std::filesystem::path& file)
{
  BOOST_REQUIRE(e.fd() >= 0);
  BOOST_TEST(std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(e.fd())) == file);
  BOOST_TEST((::fcntl(e.fd(), F_GETFL) & O_ACCMODE) == O_RDWR);
}

/// Which group this is, by what it has been opened with.
void check_flags(const fanotify_handle& group, bool tell_errors)
{
  BOOST_TEST(has_any(group.flags(), init_flags::report_fd_error) == tell_errors);
}

/// Reads the event of a parent that is outside of this process's pid namespace.
void read_from_outside(int group_fd, bool tell_errors)
{
  test::reading_fixture here;
  fanotify_handle group(here.context, ::fcntl(group_fd, F_DUPFD_CLOEXEC, 0));
  const auto events = here.read(group);
  BOOST_REQUIRE(events.size() == 1U);
  const auto& e = events.front();
  BOOST_TEST(e.pid() == 0);
  BOOST_TEST(e.pidfd() == -1);
  BOOST_TEST((e.pidfd_error() == boost::system::errc::no_such_process));
  check_record(e);
  const auto raw = tell_errors ? -ESRCH : -1; // FAN_NOPIDFD
  std::int32_t told = 0;
  std::memcpy(&told, (*e.records().begin()).body().data(), sizeof told);
  BOOST_TEST(told == raw);
}

/// A precondition: both flags together (7.2).
boost::test_tools::assertion_result has_pidfds_of_threads(utf::test_unit_id)
{
  boost::asio::io_context context;
  fanotify_handle group(context);
  fanio::error_code ec;
  group.open(with_pidfds(true, init_flags::report_tid), ec);
  return test::needs(!ec, "a kernel that takes FAN_REPORT_PIDFD and FAN_REPORT_TID together");
}

struct process_descriptors_fixture : test::scenario
{
  fanotify_handle watch(const fanio::group_options& options)
  {
    auto group = open(options);
    group.add_mark(file, event_mask::open);
    return group;
  }

  std::filesystem::path file = directory.write("file");
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_descriptors, process_descriptors_fixture,
                         *utf::precondition(test::is_privileged) *
                             utf::precondition(test::has<init_flags::report_pidfd>))

BOOST_AUTO_TEST_CASE(R01_an_event_carries_a_pidfd_of_who_caused_it)
{
  in_both_groups(
      [&](bool tell_errors)
      {
        auto group = watch(with_pidfds(tell_errors));
        check_flags(group, tell_errors);
        test::try_open(file);

        const auto events = drain(group);

        BOOST_REQUIRE(events.size() == 1U);
        const auto& e = events.front();
        const fanio::unique_fd own(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
        BOOST_TEST(process_of(own.get()) == ::getpid());
        BOOST_TEST(process_of(e.pidfd()) == ::getpid());
        BOOST_TEST(!e.pidfd_error());
        check_record(e);
        check_descriptor(e, file);
      });
}

BOOST_AUTO_TEST_CASE(R03_who_is_outside_of_the_readers_pid_namespace_is_nobody)
{
  in_both_groups(
      [&](bool tell_errors)
      {
        test::in_child(
            [&]
            {
              test::reading_fixture outside;
              auto group = outside.open(with_pidfds(tell_errors));
              group.add_mark(file, event_mask::open);
              test::try_open(file);

              BOOST_REQUIRE(::unshare(CLONE_NEWPID) == 0);
              const auto inside = ::fork();
              if (inside == 0)
              {
                ::_exit(
                    test::checked([&] { read_from_outside(group.native_handle(), tell_errors); }));
              }
              int status = 0;
              ::waitpid(inside, &status, 0);
              BOOST_TEST(status == 0);
            });
      });
}

BOOST_AUTO_TEST_CASE(R05_who_has_ended_and_is_not_waited_for_still_has_a_pidfd)
{
  in_both_groups(
      [&](bool tell_errors)
      {
        auto group = watch(with_pidfds(tell_errors));
        test::opener process(file);
        pollfd end{.fd = process.pidfd(), .events = POLLIN, .revents = 0};
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(test::deadline);
        BOOST_REQUIRE(::poll(&end, 1, static_cast<int>(ms.count())) == 1);

        const auto events = drain(group);

        BOOST_REQUIRE(events.size() == 1U);
        BOOST_TEST(events.front().pid() == process.pid());
        BOOST_TEST(process_of(events.front().pidfd()) == process.pid());
        BOOST_TEST(process.result() == 0);
      });
}

BOOST_AUTO_TEST_CASE(R07_with_thread_ids_the_pidfd_is_of_the_thread,
                     *utf::precondition(has_pidfds_of_threads))
{
  in_both_groups(
      [&](bool tell_errors)
      {
        auto group = watch(with_pidfds(tell_errors, init_flags::report_tid));
        std::promise<pid_t> opened;
        std::promise<void> read;
        std::jthread thread(
            [&]
            {
              test::try_open(file);
              opened.set_value(::gettid());
              read.get_future().wait();
            });
        const auto id = opened.get_future().get();
        const auto events = drain(group);
        read.set_value();

        BOOST_REQUIRE(events.size() == 1U);
        BOOST_TEST(events.front().pid() == id);
        BOOST_TEST(process_of(events.front().pidfd()) == id);
      });
}

BOOST_AUTO_TEST_SUITE_END()

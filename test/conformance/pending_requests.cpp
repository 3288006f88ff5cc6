// X. Somebody waits: what ends that, and what does not.

#include "support/flood.hpp"
#include "support/guarded_file.hpp"
#include <fanio/error.hpp>
#include <fanio/group_info.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <sys/fanotify.h>

namespace utf = boost::unit_test;
using fanio::error_code;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_target;
using fanio::response;

namespace {

constexpr auto late_answers = "/proc/sys/fs/fanotify/watchdog_timeout";

/// Whether any process has a permission group, as /proc/PID/fdinfo tells.
bool is_anybody_asked()
{
  namespace fs = std::filesystem;
  std::error_code ended; // meanwhile, as may happen to any process
  for (const auto& process : fs::directory_iterator("/proc"))
  {
    for (const auto& file : fs::directory_iterator(process.path() / "fdinfo", ended))
    {
      std::ifstream in(file.path());
      const std::string text(std::istreambuf_iterator<char>(in), {});
      error_code ec;
      if (is_permission_class(fanio::parse_group_info(text, ec).flags) && !ec)
      {
        return true;
      }
    }
  }
  return false;
}

boost::test_tools::assertion_result nobody_else_is_asked(utf::test_unit_id)
{
  return test::needs(!is_anybody_asked(), "that no other process of the machine has a permission "
                                          "group, or what it has switched off may stay so");
}

boost::test_tools::assertion_result can_log_late_answers(utf::test_unit_id)
{
  return test::needs(::access(late_answers, W_OK) == 0 && ::access("/dev/kmsg", R_OK) == 0,
                     "fs.fanotify.watchdog_timeout (Linux 6.18) and /dev/kmsg");
}

/// Has the kernel log, for as long as this lives, who waits for more than a second. That is so for
/// all groups of the machine. Turned off while other groups are asked, it does not come on again
/// for any before they are gone.
class logging_of_late_answers
{
public:
  logging_of_late_answers() : setting_(::open(late_answers, O_RDWR | O_CLOEXEC))
  {
    before_.resize(16);
    before_.resize(static_cast<std::size_t>(::read(setting_.get(), before_.data(), 16)));
    set("1\n");
  }

  logging_of_late_answers(const logging_of_late_answers&) = delete;
  logging_of_late_answers& operator=(const logging_of_late_answers&) = delete;

  ~logging_of_late_answers() { set(before_); }

private:
  void set(const std::string& value) const
  {
    BOOST_TEST(::pwrite(setting_.get(), value.data(), value.size(), 0) > 0);
  }

  fanio::unique_fd setting_;
  std::string before_;
};

/// The kernel's log from here on.
class kernel_log
{
public:
  kernel_log() { ::lseek(log_.get(), 0, SEEK_END); }

  /// Returns when a line has both words; fails at the deadline.
  void await(const std::string& word, const std::string& other) const
  {
    const auto end = std::chrono::steady_clock::now() + test::deadline;
    for (std::string line; line.find(word) == line.npos || line.find(other) == line.npos;)
    {
      BOOST_REQUIRE_MESSAGE(std::chrono::steady_clock::now() < end, "not logged: " << word);
      pollfd ready{.fd = log_.get(), .events = POLLIN, .revents = 0};
      ::poll(&ready, 1, 1000);
      line.resize(8192);
      const auto bytes = ::read(log_.get(), line.data(), line.size());
      line.resize(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
    }
  }

private:
  fanio::unique_fd log_{::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
};

/// The line of /proc/PID/status that begins with this.
std::string status_of(pid_t pid, const std::string& field)
{
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  std::string line;
  while (std::getline(status, line) && !line.starts_with(field))
  {
  }
  return line;
}

volatile std::sig_atomic_t signals_handled = 0;

void handle(int)
{
  signals_handled = signals_handled + 1;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(pending_requests, test::guarded_file,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(X22_a_signal_that_is_handled_does_not_end_the_waiting)
{
  auto group = guard();
  test::forked asker(
      [&]
      {
        struct sigaction action{};
        action.sa_handler = handle; // without SA_RESTART: what can be interrupted is
        ::sigaction(SIGUSR1, &action, nullptr);
        const int error = test::try_open(file);
        return error != 0 ? error : signals_handled == 1 ? 0 : 255;
      });
  const auto e = next(group);
  ::kill(asker.pid(), SIGUSR1);
  // The signal stays with the process, undelivered, until it has its answer.
  BOOST_TEST(status_of(asker.pid(), "ShdPnd") == "ShdPnd:\t0000000000000200");
  BOOST_TEST(status_of(asker.pid(), "State") == "State:\tD (disk sleep)");
  group.respond(e, response::allow());
  BOOST_TEST(asker.result() == 0);
}

BOOST_AUTO_TEST_CASE(X22_who_is_killed_before_the_read_asks_no_more)
{
  auto group = guard();
  test::opener asker(file);
  await_queued(group, 1);
  ::kill(asker.pid(), SIGKILL);
  BOOST_TEST(asker.result() == -1);
  BOOST_TEST(group.queued() == 0);
}

BOOST_AUTO_TEST_CASE(X22_who_is_killed_after_the_read_can_still_be_answered_once)
{
  auto group = guard();
  test::opener asker(file);
  const auto e = next(group);
  ::kill(asker.pid(), SIGKILL);
  BOOST_TEST(asker.result() == -1);
  const fanotify_response allow{.fd = e.fd(), .response = FAN_ALLOW};
  BOOST_TEST(test::write_raw(group, allow) == 8);
  BOOST_TEST(test::write_raw(group, allow) == -ENOENT);
}

BOOST_AUTO_TEST_CASE(X23_a_mark_that_is_removed_takes_no_request_with_it)
{
  auto group = guard();
  test::opener read_before(file);
  const auto e = next(group);
  test::opener still_queued(file);
  await_queued(group, 1);

  group.remove_mark(file, event_mask::open_perm);

  BOOST_TEST(test::opener(file).result() == 0); // nobody is asked any more
  BOOST_TEST(group.queued() == 1);
  group.respond(e, response::deny());
  group.respond(next(group), response::deny());
  BOOST_TEST(read_before.result() == EPERM);
  BOOST_TEST(still_queued.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(X23_nor_do_marks_that_are_flushed)
{
  auto group = guard();
  test::opener read_before(file);
  const auto e = next(group);
  test::opener still_queued(file);
  await_queued(group, 1);

  group.flush_marks(mark_target::inode);

  BOOST_TEST(test::opener(file).result() == 0);
  BOOST_TEST(group.queued() == 1);
  group.respond(e, response::deny());
  group.respond(next(group), response::deny());
  BOOST_TEST(read_before.result() == EPERM);
  BOOST_TEST(still_queued.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(X45_a_late_answer_is_logged_and_still_counts,
                     *utf::precondition(can_log_late_answers) * utf::precondition(test::is_alone) *
                         utf::precondition(nobody_else_is_asked))
{
  const logging_of_late_answers on;
  const kernel_log log;
  auto group = guard(); // marked while it is on
  test::opener asker(file);
  const auto e = next(group);

  log.await("PID " + std::to_string(::getpid()) + " ", "failed to respond to fanotify queue");

  BOOST_TEST(!asker.has_ended());
  group.respond(e, response::deny());
  BOOST_TEST(asker.result() == EPERM);
}

BOOST_AUTO_TEST_SUITE_END()

// fanio doctor --self-test on filesystems of all kinds, and ended before its end.

#include "self_test_runs.hpp"
#include "support/scenario.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>
#include <sys/mount.h>

namespace fs = std::filesystem;
namespace json = boost::json;
namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::init_flags;
using fanio::mark_target;

namespace {

/// A self-test that waits for a permission, on a filesystem where this process gives it.
struct held_fixture : test::scenario
{
  held_fixture()
  {
    group.add_mark(filesystem.path(), event_mask::open_perm | event_mask::ondir,
                   mark_target::filesystem);
  }

  /// The same signals for all: who started the tests may ignore some.
  std::vector<std::string> command(const std::string& how) const
  {
    auto words = test::self_test_command(filesystem.path());
    words.insert(words.begin(), {"env", how});
    return words;
  }

  /// It ends as by that signal, and removes before what it has made.
  void check_end(test::child& program, int number)
  {
    const auto removal = await(group);
    BOOST_TEST(removal.front().pid() == program.pid());
    group.close();
    BOOST_TEST(program.wait() == -number);
    BOOST_TEST(program.read_all(test::child::out) == "");
    BOOST_TEST(fs::is_empty(filesystem.path()));
  }

  void check_signal(int number)
  {
    test::child program(command("--default-signal"));
    const auto held = await(group);
    program.signal(number);
    check_end(program, number);
  }

  test::mount_point filesystem = test::private_tmpfs();
  fanio::fanotify_handle group = open(init_flags::class_content);
};

/// Lets nobody execute what is on a filesystem, for as long as it lives.
class no_execution
{
public:
  explicit no_execution(const fs::path& where)
  {
    group_.add_mark(where, event_mask::open_exec_perm, mark_target::filesystem);
    deny_next();
    thread_ = std::jthread([this] { context_.run(); });
  }

  no_execution(const no_execution&) = delete;
  no_execution& operator=(const no_execution&) = delete;

  ~no_execution() { context_.stop(); }

private:
  void deny_next()
  {
    group_.async_read_events(buffer_,
                             [this](const fanio::error_code&, fanio::event_range events)
                             {
                               for (const auto& e : events)
                               {
                                 group_.respond(e, fanio::response::deny());
                               }
                               deny_next();
                             });
  }

  boost::asio::io_context context_;
  fanio::event_buffer buffer_;
  fanio::fanotify_handle group_{context_, {.flags = init_flags::class_content}};
  std::jthread thread_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(self_test_surroundings, test::scenario,
                         *utf::precondition(test::is_privileged))

// Filesystems -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(where_everything_can_be_had_only_an_ordinary_users_rows_are_skipped,
                     *utf::precondition(test::has<event_mask::pre_access>))
{
  const test::private_filesystem ext4;
  fs::remove(ext4 / "lost+found");
  const auto rows = json::parse(test::self_test_output(ext4.path(), test::user::same, {"--json"}));
  for (const auto& row : rows.as_array())
  {
    const bool is_for_users = row.at("why") == "needs to be run as an ordinary user";
    BOOST_TEST((row.at("result") == "ok" || is_for_users), json::serialize(row));
  }
}

BOOST_AUTO_TEST_CASE(a_full_filesystem_is_not_the_kernels_fault)
{
  const test::mount_point full("tmpfs", "tmpfs", 0, "size=4k");
  full.write("all there is", std::string(4096, ' '));
  BOOST_TEST(test::self_test_error(test::self_test_command(full.path())) ==
             "fanio doctor: " + full.path().string() +
                 ": can't be written to: No space left on device\n");
  fs::remove(full / "all there is");
  BOOST_TEST(fs::is_empty(full.path()));
}

BOOST_AUTO_TEST_CASE(what_needs_execution_is_skipped_where_there_is_none)
{
  const test::mount_point quiet("tmpfs", "tmpfs", MS_NOEXEC);
  const auto text = test::self_test_output(quiet.path(), test::user::same);
  BOOST_TEST(text.find("skipped  K02  an opening is not told as an execution: not here: nothing "
                       "may be executed there\n") != text.npos,
             text);
  BOOST_TEST(text.find("ok       B03 ") != text.npos, text);
}

// What differs ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_differs_is_told_and_is_the_exit_status)
{
  const auto filesystem = test::private_tmpfs();
  const no_execution other_rules(filesystem.path());
  test::child program(test::self_test_command(filesystem.path()));
  const auto text = program.read_all(test::child::out);
  BOOST_TEST(program.wait() == 1);
  BOOST_TEST(text.find("DIFFERS  K02  an opening is not told as an execution: expected Exec format "
                       "error, got Operation not permitted\n") != text.npos,
             text);
  BOOST_TEST(text.find("ok       B03 ") != text.npos, text);
}

// Ends --------------------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_CASE(an_interrupt_ends_it_wherever_it_waits_and_nothing_is_left, held_fixture)
{
  check_signal(SIGINT);
}

BOOST_FIXTURE_TEST_CASE(a_request_to_terminate_ends_it_and_nothing_is_left, held_fixture)
{
  check_signal(SIGTERM);
}

BOOST_FIXTURE_TEST_CASE(the_end_of_its_terminal_ends_it_and_nothing_is_left, held_fixture)
{
  check_signal(SIGHUP);
}

BOOST_FIXTURE_TEST_CASE(what_ends_the_process_that_tries_ends_it_too, held_fixture)
{
  test::child program(command("--default-signal"));
  const auto held = await(group);
  BOOST_TEST(held.front().pid() != program.pid());
  ::kill(held.front().pid(), SIGTERM);
  check_end(program, SIGTERM);
}

BOOST_FIXTURE_TEST_CASE(a_signal_that_is_to_be_ignored_does_not_end_it, held_fixture)
{
  test::child program(command("--ignore-signal=HUP"));
  const auto held = await(group);
  program.signal(SIGHUP);
  group.close();
  const auto text = program.read_all(test::child::out);
  BOOST_TEST(program.wait() == 0, text);
  BOOST_TEST(fs::is_empty(filesystem.path()));
}

BOOST_AUTO_TEST_SUITE_END()

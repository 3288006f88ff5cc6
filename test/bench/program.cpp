#include "bench/running.hpp"
#include "support/child.hpp"
#include "support/requires.hpp"
#include "support/temp_directory.hpp"
#include <fanio/unique_fd.hpp>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace json = boost::json;
using test::contains;
using test::last_line;
using test::not_tried;
using test::read_whole;

namespace {

/// The harness with the cases of cases.cpp, and its temporary files.
struct harness
{
  test::temp_directory files; ///< Of the harness: empty at its end.
  test::temp_directory results;

  [[nodiscard]] std::vector<std::string> command(std::vector<std::string> words) const
  {
    words.insert(words.begin(), {"env", "TMPDIR=" + files.path().string(), FANIO_BENCH_CASES});
    return words;
  }

  [[nodiscard]] test::run_result run(std::vector<std::string> words,
                                     test::user as = test::user::same) const
  {
    return test::run_to_its_end(command(std::move(words)), as);
  }

  [[nodiscard]] bool has_left_nothing() const { return std::filesystem::is_empty(files.path()); }
};

const auto other_user = boost::unit_test::precondition(test::can_be_another_user);
const auto root = boost::unit_test::precondition(test::is_privileged);

} // namespace

BOOST_FIXTURE_TEST_SUITE(program, harness)

// The command line
// -----------------------------------------

BOOST_AUTO_TEST_CASE(help_tells_options_and_exit_statuses)
{
  const auto help = run({"--help"});
  BOOST_TEST(help.status == 0);
  for (const auto* part :
       {"--quick", "--list", "--json", "--plots", "--rounds", "CASE", "Exit status"})
  {
    BOOST_TEST(contains(help.out, part), part);
  }
}

BOOST_AUTO_TEST_CASE(the_list_has_every_case_with_its_summary_and_runs_none, *other_user)
{
  const auto list = run({"--list"}, test::user::ordinary);
  BOOST_TEST(list.status == 0);
  BOOST_TEST(list.out == "fine-one    comes to its end\n"
                         "fine-two    does so, too\n"
                         "leaves-out  has no peer\n"
                         "throws      throws\n"
                         "crashes     is killed\n"
                         "hangs       never ends\n");
}

BOOST_AUTO_TEST_CASE(an_unknown_case_is_told_with_those_that_there_are_before_any_is_run)
{
  const auto unknown = run({"fine-one", "drain"});
  BOOST_TEST(unknown.status == not_tried);
  BOOST_TEST(unknown.out == "");
  BOOST_TEST(contains(unknown.err, "there is no case \"drain\""), unknown.err);
  BOOST_TEST(contains(unknown.err, "\n  leaves-out\n"), unknown.err);
}

BOOST_AUTO_TEST_CASE(wrong_options_are_wrong_usage)
{
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"--fast"}, {"--rounds", "0"}, {"--rounds", "many"}, {"--json"}, {""}})
  {
    BOOST_TEST(run(words).status == not_tried, words.front());
  }
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_is_told_what_to_do, *other_user)
{
  std::filesystem::permissions(files.path(), std::filesystem::perms::all);
  const auto ordinary = run({"fine-one"}, test::user::ordinary);
  BOOST_TEST(ordinary.status == not_tried);
  BOOST_TEST(contains(ordinary.err, "needs root (CAP_SYS_ADMIN)"), ordinary.err);
  BOOST_TEST(contains(ordinary.err, "sudo"), ordinary.err);
  BOOST_TEST(has_left_nothing());
}

BOOST_AUTO_TEST_CASE(too_low_a_limit_is_told, *root)
{
  test::child child(
      {"sh", "-c", "ulimit -Sn 100; ulimit -Hn 100; exec " FANIO_BENCH_CASES " fine"});
  BOOST_TEST(contains(child.read_all(test::child::err), "only 100 files may be open at once"));
  BOOST_TEST(child.wait() == not_tried);
}

BOOST_AUTO_TEST_CASE(a_file_that_can_not_be_written_is_told_before_any_case_is_run, *root)
{
  for (const auto* option : {"--json", "--plots"})
  {
    const auto unwritable = run({option, "/proc/nowhere/r", "throws"});
    BOOST_TEST(unwritable.status == not_tried);
    BOOST_TEST(unwritable.out == "");
    BOOST_TEST(contains(unwritable.err, "/proc/nowhere"), unwritable.err);
    BOOST_TEST(!contains(unwritable.err, "no luck"), unwritable.err);
  }
}

// Runs
// -----------------------------------------

BOOST_AUTO_TEST_CASE(cases_are_chosen_by_name_beginning_or_pattern, *root)
{
  BOOST_TEST(last_line(run({"fine-two"}).out) == "1 cases, 1 goals reached of 1, 0 left out");
  BOOST_TEST(last_line(run({"fine"}).out) == "2 cases, 2 goals reached of 2, 0 left out");
  BOOST_TEST(last_line(run({"*-two", "f*-one"}).out) ==
             "2 cases, 2 goals reached of 2, 0 left out");
}

BOOST_AUTO_TEST_CASE(a_run_that_is_fine_tells_its_table_only_and_leaves_nothing, *root)
{
  const auto fine = run({"--quick", "fine"});
  BOOST_TEST(fine.status == 0);
  BOOST_TEST(fine.err == "");
  BOOST_TEST(contains(fine.out, "fine-one"), fine.out);
  BOOST_TEST(contains(fine.out, "a quick run"), fine.out);
  BOOST_TEST(has_left_nothing());
}

BOOST_AUTO_TEST_CASE(rounds_are_as_many_as_are_asked_for, *root)
{
  const auto file = results / "r.json";
  BOOST_TEST(run({"--rounds", "3", "--json", file.string(), "fine-one"}).status == 0);
  BOOST_TEST(json::parse(read_whole(file)).at("cases").at(0).at("rounds").to_number<int>() == 3);
}

BOOST_AUTO_TEST_CASE(what_is_left_out_is_told_and_gives_status_3, *root)
{
  const auto file = results / "r.json";
  const auto less = run({"--json", file.string(), "leaves-out"});
  BOOST_TEST(less.status == 3);
  BOOST_TEST(contains(less.out, "left out: a peer: it is not installed"), less.out);
  BOOST_TEST(last_line(less.out) == "1 cases, 1 goals reached of 1, 1 left out");
  BOOST_TEST(json::parse(read_whole(file)).at("left_out").as_array().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_case_that_throws_is_told_and_the_others_go_on, *root)
{
  const auto bad = run({"throws", "leaves-out"});
  BOOST_TEST(bad.status == 1);
  BOOST_TEST(contains(bad.err, "throws: no luck today"), bad.err);
  BOOST_TEST(contains(bad.out, "FAILED: no luck today"), bad.out);
  BOOST_TEST(contains(bad.out, "it is not installed"), bad.out);
}

BOOST_AUTO_TEST_CASE(a_case_that_is_killed_is_told_with_what_it_was_doing, *root)
{
  const auto bad = run({"crashes"});
  BOOST_TEST(bad.status == 1);
  BOOST_TEST(contains(bad.out, "its process was killed: Killed; at the dangerous part"), bad.out);
  BOOST_TEST(has_left_nothing());
}

BOOST_AUTO_TEST_CASE(a_case_that_hangs_is_ended_and_the_others_go_on, *root)
{
  const auto bad = run({"--patience", "1", "hangs", "fine-one"});
  BOOST_TEST(bad.status == 1);
  BOOST_TEST(contains(bad.out, "hangs"), bad.out);
  BOOST_TEST(contains(bad.out, "took too long"), bad.out);
  BOOST_TEST(contains(bad.out, "1 goals reached of 1"), bad.out);
  BOOST_TEST(has_left_nothing());
}

BOOST_AUTO_TEST_CASE(json_tells_where_and_how_it_was_measured, *root)
{
  const auto file = results / "r.json";
  BOOST_TEST(
      run({"--quick", "--json", file.string(), "--command", "bench/run.sh x", "fine-one"}).status ==
      0);
  const auto on = json::parse(read_whole(file)).at("machine");
  BOOST_TEST(on.at("command").as_string() == "bench/run.sh x");
  BOOST_TEST(on.at("quick").as_bool());
  for (const auto* name : {"kernel", "cpu", "compiler", "boost", "fanio", "date"})
  {
    BOOST_TEST(on.at(name).as_string().size() > 3U, name);
  }
  BOOST_TEST(on.at("cores").to_number<int>() > 0);
  BOOST_TEST(on.at("memory").to_number<double>() > 1e6);
  BOOST_TEST(on.at("limits").at("fs.fanotify.max_user_groups").to_number<int>() > 0);
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_told_and_the_table_stands_nevertheless, *root)
{
  const auto full = run({"--json", "/dev/full", "fine-one"});
  BOOST_TEST(full.status == 1);
  BOOST_TEST(contains(full.err, "No space left on device"), full.err);
  BOOST_TEST(contains(full.out, "1 goals reached"), full.out);
}

BOOST_AUTO_TEST_CASE(a_table_that_can_not_be_written_is_told, *root)
{
  test::child child({"sh", "-c", FANIO_BENCH_CASES " fine-one >/dev/full"});
  BOOST_TEST(contains(child.read_all(test::child::err), "the table could not be written"));
  BOOST_TEST(child.wait() == 1);
}

BOOST_AUTO_TEST_CASE(a_file_that_may_not_grow_is_told, *root)
{
  const auto file = results / "r.json";
  test::child child({"sh", "-c", "ulimit -f 1; exec \"$@\"", "sh", "env",
                     "TMPDIR=" + files.path().string(), FANIO_BENCH_CASES, "--json", file.string(),
                     "fine-one"});
  const auto told = child.read_all(test::child::err);
  BOOST_TEST(contains(told, "File too large"), told);
  BOOST_TEST(child.wait() == 1);
  BOOST_TEST(std::filesystem::is_empty(results.path()));
}

BOOST_AUTO_TEST_CASE(plots_without_gnuplot_are_told_to_be_left_out, *root)
{
  test::child child({"env", "PATH=/nonexistent", "TMPDIR=" + files.path().string(),
                     FANIO_BENCH_CASES, "--plots", (results / "p").string(), "fine-one"});
  const auto out = child.read_all(test::child::out);
  BOOST_TEST(contains(out, "the plots are left out: gnuplot is not installed"), out);
  BOOST_TEST(child.wait() == 3);
  BOOST_TEST(!std::filesystem::exists(results / "p"));
}

// Interrupted
// -----------------------------------------

BOOST_AUTO_TEST_CASE(an_interrupted_run_leaves_nothing, *root)
{
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE})
  {
    const auto file = results / "r.json";
    const auto plots = results / "p";
    test::child child(command(
        {"--json", file.string(), "--plots", plots.string(), "fine-one", "hangs", "fine-two"}));
    std::istringstream numbers(child.read_line(test::child::err));
    std::vector<pid_t> ids(3);
    BOOST_REQUIRE(numbers >> ids[0] >> ids[1] >> ids[2]);
    BOOST_TEST(!has_left_nothing());
    child.signal(number);
    const auto out = child.read_all(test::child::out);
    BOOST_TEST(child.wait() == 128 + number);
    BOOST_TEST(contains(out, "interrupted: 2 of 3 cases were run"), out);
    for (const auto id : ids)
    {
      BOOST_TEST(::kill(id, 0) != 0, "process " << id << " after signal " << number);
    }
    BOOST_TEST(has_left_nothing());
    BOOST_TEST(!std::filesystem::exists(file));
    BOOST_TEST(!std::filesystem::exists(plots));
  }
}

BOOST_AUTO_TEST_CASE(processes_do_not_outlive_a_harness_that_is_killed, *root)
{
  test::child child(command({"hangs"}));
  std::istringstream numbers(child.read_line(test::child::err));
  std::vector<pid_t> ids(2);
  pid_t daemon = 0; // nobody is there who would end it
  BOOST_REQUIRE(numbers >> ids[0] >> ids[1] >> daemon);
  std::vector<fanio::unique_fd> processes;
  for (const auto id : ids)
  {
    processes.emplace_back(static_cast<int>(::syscall(SYS_pidfd_open, id, 0)));
    BOOST_REQUIRE(processes.back());
  }
  child.signal(SIGKILL);
  ::kill(daemon, SIGKILL);
  for (const auto& process : processes)
  {
    constexpr int patience = 20'000; // ms
    pollfd end{.fd = process.get(), .events = POLLIN, .revents = 0};
    BOOST_TEST(::poll(&end, 1, patience) == 1);
  }
}

BOOST_AUTO_TEST_CASE(ignored_signals_stay_ignored, *root)
{
  test::child child({"sh", "-c", "trap '' HUP; exec \"$@\"", "sh", "env",
                     "TMPDIR=" + files.path().string(), FANIO_BENCH_CASES, "hangs"});
  child.read_line(test::child::err);
  child.signal(SIGHUP);
  child.signal(SIGTERM);
  BOOST_TEST(child.wait() == 128 + SIGTERM);
}

BOOST_AUTO_TEST_SUITE_END()

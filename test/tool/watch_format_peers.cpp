#include "running_watch.hpp"
#include "support/mounts.hpp"
#include "support/namespaces.hpp"
#include "support/requires.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

using test::running_watch;

/// Without the line by which fsnotifywait tells of its own doings.
std::string without_doings(std::string text)
{
  return text.starts_with("[fid=") ? text.substr(text.find('\n') + 1) : text;
}

struct watch_format_peers_fixture
{
  watch_format_peers_fixture()
  {
    fs::create_directories(directory / "in");
    fs::create_directories(directory / "out");
  }

  test::temp_directory directory;
  std::string path = directory.path().string();

  /// What `fanio watch` and both peers print of one and the same first event, and end with.
  void check_same(const std::vector<std::string>& arguments, const std::string& work) const
  {
    const auto command = [&arguments](std::vector<std::string> program)
    {
      program.insert(program.end(), arguments.begin(), arguments.end());
      return program;
    };
    check_same(command({"fsnotifywait"}), command({"inotifywait"}), command({FANIO_TOOL, "watch"}),
               work);
  }

  /// The same, with the paths from a list on standard input.
  void check_same_from_input(const std::string& list, const std::string& work) const
  {
    const auto command = [&list](const std::string& program)
    {
      const auto script =
          "exec " + program + " -r -e create --format '%w %f' --fromfile - < \"$0\"";
      return std::vector<std::string>{"sh", "-c", script, list};
    };
    check_same(command("fsnotifywait"), command("inotifywait"),
               command(std::string(FANIO_TOOL) + " watch"), work);
  }

private:
  void check_same(const std::vector<std::string>& fanotify, const std::vector<std::string>& inotify,
                  const std::vector<std::string>& own, const std::string& work) const
  {
    running_watch by_fanotify(fanotify);
    running_watch by_inotify(inotify);
    running_watch ours(own);
    test::run_in(path, work);
    const auto expected = without_doings(by_fanotify.read_all(test::child::out));
    BOOST_TEST(!expected.empty());
    BOOST_TEST(by_inotify.read_all(test::child::out) == expected);
    BOOST_TEST(ours.read_all(test::child::out) == expected);
    BOOST_TEST(ours.wait() == by_fanotify.wait());
  }
};

/// As `fsnotifywait -S` ends, and as `fanio watch -S` does.
bool ends_the_same(std::vector<std::string> arguments, test::user as)
{
  auto theirs = arguments;
  theirs.insert(theirs.begin(), "fsnotifywait");
  return test::run(theirs, as).status == test::run(test::watch_command(arguments), as).status;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(watch_format_peers, watch_format_peers_fixture,
                         *boost::unit_test::precondition(test::has_inotify_tools) *
                             boost::unit_test::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(values_with_commas_are_the_bytes_that_inotifywait_prints)
{
  for (const std::string name : {"plain", "a b", "end'"})
  {
    check_same({"--csv", "-e", "create", path}, "mkdir \"" + name + '"');
  }
  // fsnotifywait puts the directory in quotes as well, wherever the name needs them.
  for (const std::string name : {"a,b", " begin", "end ", "quo\\\"te", "line\nbreak"})
  {
    const std::vector<std::string> options{"-c", "-e", "create", path};
    auto theirs = options;
    theirs.insert(theirs.begin(), "inotifywait");
    running_watch by_inotify(theirs);
    running_watch ours(test::watch_command(options));
    test::run_in(path, "mkdir \"" + name + '"');
    const auto printed = ours.read_all(test::child::out);
    BOOST_TEST(printed.find('"') != printed.npos);
    BOOST_TEST(printed == by_inotify.read_all(test::child::out));
  }
}

BOOST_AUTO_TEST_CASE(a_time_is_what_its_format_says)
{
  check_same({"--format", "%T|%f", "--timefmt", "%Z %C at%%", "-e", "create", path}, "mkdir d");
}

BOOST_AUTO_TEST_CASE(events_stand_with_the_separator_between_them)
{
  check_same({"--format", "%;e %|e %,e %ee %e", "-e", "create", path}, "mkdir d");
}

BOOST_AUTO_TEST_CASE(a_format_ends_as_it_says_and_may_have_nul_in_it)
{
  check_same({"--format", "%f%0", "--no-newline", "-e", "create", path}, "mkdir d");
  check_same({"--format", "%0%n%%%w%x%f", "-e", "create", path}, "mkdir e");
  check_same({"--format", "%0", "-e", "create", path}, "mkdir f");
}

BOOST_AUTO_TEST_CASE(what_is_left_out_by_an_at_sign_is_left_out)
{
  check_same({"-r", "--format", "%w %f", "-e", "create", path, "@" + path + "/out"},
             "mkdir out/hidden in/shown");
}

BOOST_AUTO_TEST_CASE(paths_come_from_standard_input)
{
  const test::temp_directory elsewhere;
  const auto list = elsewhere.write("list", path + "\n@" + path + "/out\n");
  check_same_from_input(list.string(), "mkdir out/hidden in/shown");
}

BOOST_AUTO_TEST_CASE(the_exit_status_for_a_whole_filesystem_is_that_of_fsnotifywait)
{
  test::forked apart(
      []
      {
        test::enter_private_mounts();
        const auto quiet = test::private_tmpfs(); // where nobody else does anything
        const auto top = quiet.path().string();
        fs::permissions(top, fs::perms::all);
        const auto file = quiet.write("file").string();
        using enum test::user;
        return (ends_the_same({"-S", "-t", "1", top}, same) ? 0 : 1) +
               (ends_the_same({"-S", "-t", "1", file}, same) ? 0 : 2) +
               (ends_the_same({"-S", "-t", "1", top + "/none"}, same) ? 0 : 4) +
               (ends_the_same({"-S", "-t", "1", top}, ordinary) ? 0 : 8) +
               (ends_the_same({"-S", "-m", "-t", "1", top}, same) ? 0 : 16);
      });
  BOOST_TEST(apart.result() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

#include "running_watch.hpp"
#include "support/requires.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;

namespace {

using test::running_watch;

/// fsnotifywait says so behind the name of what is gone when it reads of it, which is a matter of
/// time.
void forget_deletion(std::string& line)
{
  constexpr std::string_view mark = " (deleted)";
  if (const auto at = line.find(mark); at != line.npos)
  {
    line.erase(at, mark.size());
  }
}

/// What a program prints of some work on a tree of its own: the peers open directories to find
/// paths, which others would see, and their marks keep what is deleted from going.
std::vector<std::string> lines_of(std::vector<std::string> program,
                                  const std::vector<std::string>& options, const std::string& work,
                                  test::user as = test::user::same)
{
  const test::temp_directory directory;
  fs::create_directories(directory / "s/t");
  directory.write("old");
  fs::permissions(directory.path(), fs::perms::all);
  const auto path = directory.path().string();
  const bool is_peer = program.front() == "fsnotifywait";
  program.insert(program.end(), options.begin(), options.end());
  program.insert(program.end(), {"-m", "--format", "%w%f %e", path});
  running_watch watch(program, as);
  test::run_in(path, work + "; mkdir end");
  auto lines = watch.lines_until("/end CREATE,ISDIR");
  for (auto& line : lines)
  {
    line = line.substr(line.find(path) + path.size());
    if (is_peer)
    {
      forget_deletion(line);
    }
  }
  return lines;
}

const std::vector<std::string> fanio_watch{FANIO_TOOL, "watch"};

struct watch_peers_fixture
{
  test::temp_directory directory;
  std::string path = directory.path().string();
};

const std::string work_on_files = "echo a > new; echo b >> new; cat new; chmod 600 new; "
                                  "mv new s/t/moved; ls s; cat s/t/moved; rm s/t/moved; "
                                  "ln old s/link; touch -d @0 old; rm s/link";

/// Merging may hide how often something happened, so each is counted once.
void check_same_kinds(const std::vector<std::string>& ours, const std::vector<std::string>& theirs)
{
  const auto own = test::single_events(ours);
  const auto other = test::single_events(theirs);
  std::ranges::for_each(own, [&other](const std::string& event)
                        { BOOST_TEST(other.contains(event), "only fanio told " << event); });
  std::ranges::for_each(other, [&own](const std::string& event)
                        { BOOST_TEST(own.contains(event), "fanio did not tell " << event); });
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(watch_peers, watch_peers_fixture,
                         *boost::unit_test::precondition(test::has_inotify_tools) *
                             boost::unit_test::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(a_tree_has_the_events_that_fsnotifywait_prints)
{
  check_same_kinds(lines_of(fanio_watch, {"-r"}, work_on_files),
                   lines_of({"fsnotifywait"}, {"-r"}, work_on_files));
}

BOOST_AUTO_TEST_CASE(a_directory_has_the_events_that_fsnotifywait_prints)
{
  check_same_kinds(lines_of(fanio_watch, {}, work_on_files),
                   lines_of({"fsnotifywait"}, {}, work_on_files));
}

BOOST_AUTO_TEST_CASE(events_that_are_asked_for_are_the_same_lines)
{
  const std::vector<std::string> options{"-r", "-e", "MOVED_TO,delete", "-e", "create"};
  BOOST_TEST(lines_of(fanio_watch, options, work_on_files) ==
                 lines_of({"fsnotifywait"}, options, work_on_files),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_expression_leaves_the_same_out)
{
  fs::create_directory(directory / "s");
  for (const std::string option : {"--exclude", "--excludei", "--include", "--includei"})
  {
    // Removed when nobody watches: what is gone when fsnotifywait reads of it has " (deleted)"
    // behind its name, and the expression does not fit any more.
    test::run_in(path, "rm -rf begin end A.txt b.TXT s/a.txt ab.c a+b");
    const auto work = "mkdir begin; touch A.txt b.TXT s/a.txt ab.c 'a+b'; mkdir end";
    const std::string expression = R"((/[ab]\.(txt|c)|a\+b|begin|end)$)";
    const auto command = [&](std::vector<std::string> program)
    {
      program.insert(program.end(),
                     {"-r", "-m", "-e", "create", option, expression, "--format", "%w%f", path});
      return program;
    };
    running_watch theirs(command({"fsnotifywait"}));
    running_watch ours(command({FANIO_TOOL, "watch"}));
    test::run_in(path, work);
    // The end is told by all that do not leave it out.
    const bool has_end = option.starts_with("--include");
    const auto end = has_end ? "/end" : "/ab.c";
    BOOST_TEST_CONTEXT(option)
    {
      auto other = theirs.lines_until(end);
      std::erase_if(other, [](const auto& line) { return line.ends_with("/begin/"); });
      BOOST_TEST(ours.lines_until(end) == other, boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_tree_that_comes_moves_and_goes_is_told_whole)
{
  const std::string work = "mkdir -p a/b/c && touch a/b/c/f && mv a z && rm -r z";
  const auto told = test::single_events(
      lines_of(fanio_watch, {"-r", "-e", "create,delete,move,delete_self,move_self"}, work));
  const std::multiset<std::string> truth{
      "/a CREATE of a directory",     "/a/b CREATE of a directory",
      "/a/b/c CREATE of a directory", "/a/b/c/f CREATE",
      "/a MOVED_FROM of a directory", "/z MOVED_TO of a directory",
      "/z/ MOVE_SELF of a directory", "/z/b/c/f DELETE",
      "/z/b/c DELETE of a directory", "/z/b/c/ DELETE_SELF of a directory",
      "/z/b DELETE of a directory",   "/z/b/ DELETE_SELF of a directory",
      "/z DELETE of a directory",     "/z/ DELETE_SELF of a directory",
  };
  for (const auto& event : truth)
  {
    BOOST_TEST(told.contains(event), event);
  }
  BOOST_TEST(told.size() == truth.size());

  // The other one knows what it had marked in time, by names that may be old.
  for (const auto& event : test::single_events(lines_of({"fsnotifywait"}, {"-r"}, work)))
  {
    const bool is_entry = event.find(" CREATE") != event.npos || event.find(" MOVED") != event.npos;
    BOOST_TEST((!is_entry || truth.contains(event)), event);
  }
}

BOOST_AUTO_TEST_CASE(a_file_has_the_events_that_inotifywait_prints)
{
  const auto file = directory.write("file").string();
  const auto command = [&file](std::vector<std::string> program)
  {
    program.insert(program.end(), {"-m", "--format", "%e", file});
    return program;
  };
  running_watch theirs(command({"inotifywait"}));
  running_watch ours(command({FANIO_TOOL, "watch"}));
  test::run_in(path, "echo >> file; cat file; chmod 600 file; mv file other; rm other");

  const auto names = [](running_watch& w)
  {
    std::set<std::string> all;
    for (bool is_over = false; !is_over;)
    {
      const auto line = w.read_line(test::child::out);
      is_over = line.find("DELETE_SELF") != line.npos;
      for (const auto& event : test::single_events({"x " + line}))
      {
        all.insert(event);
      }
    }
    return all;
  };
  BOOST_TEST(names(ours) == names(theirs), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_has_the_events_that_inotifywait_prints)
{
  const std::vector<std::vector<std::string>> ways{{}, {"-r"}};
  for (const auto& way : ways)
  {
    // With inotify a directory is an entry of the one above, here it is that itself.
    const auto events_of = [&way](const std::vector<std::string>& program)
    {
      auto lines = lines_of(program, way, work_on_files, test::user::ordinary);
      for (auto& line : lines)
      {
        const auto end = line.find("/ ");
        line.erase(end == line.npos ? line.size() : end, end == line.npos ? 0 : 1);
      }
      return lines;
    };
    check_same_kinds(events_of(fanio_watch), events_of({"inotifywait"}));
  }
}

BOOST_AUTO_TEST_CASE(the_exit_status_is_that_of_inotifywait)
{
  const std::vector<std::vector<std::string>> endings{
      {"-q", "-t", "1", path}, // nothing happens
      {"-q", "-m", "-t", "1", path},
      {"-q", path + "/none"},
      {"-q"},
      {"--no-such-option", path},
      {"-e", "no_such_event", path},
      {"-t", "x", path},
      {"--exclude", "(", path},
      {"--exclude", "*a", path},
      {"--exclude", "a{1", path},
      {"--exclude", "a", "--include", "b", path},
      {"--exclude", "a", "--excludei", "b", path},
      {"--csv", "--format", "%e", path},
      {"--timefmt", "%F", path},
      {"--no-newline", path},
      {"--format", "%T", path},
      {"-d", path},
      {"-o", path + "/none/file", path},
      {"--fromfile", path + "/none"},
  };
  for (const auto& arguments : endings)
  {
    auto theirs = arguments;
    theirs.insert(theirs.begin(), "inotifywait");
    const auto expected = test::run(theirs).status;
    const auto got = test::run(test::watch_command(arguments));
    std::string line;
    for (const auto& a : arguments)
    {
      line += a + " ";
    }
    BOOST_TEST(got.status == expected, line << "ends with " << got.status << ": " << got.err);
    BOOST_TEST((expected != 1 || !got.err.empty()), line << "says nothing");
  }
}

BOOST_AUTO_TEST_CASE(a_watched_file_that_goes_is_another_event_than_that_which_is_waited_for)
{
  const std::vector<std::vector<std::string>> programs{{"inotifywait"}, {FANIO_TOOL, "watch"}};
  for (const auto& program : programs)
  {
    const auto file = directory.write("file").string();
    auto command = program;
    command.insert(command.end(), {"-e", "modify", file});
    running_watch watch(command);
    fs::remove(file);
    BOOST_TEST(watch.wait() == 1, program.front());
  }
}

BOOST_AUTO_TEST_SUITE_END()

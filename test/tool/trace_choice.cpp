// Which events are shown: each option that chooses.

#include "running_trace.hpp"
#include "support/mounts.hpp"
#include "support/requires.hpp"
#include "support/temp_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

namespace fs = std::filesystem;

namespace {

struct trace_choice_fixture
{
  /// A trace of the directory with an option or two.
  std::vector<std::string> with(std::vector<std::string> options) const
  {
    options.push_back(path);
    return options;
  }

  /// A program that touches a file of the directory, and ends when it has been seen.
  void have_touched(const std::string& program, const std::string& name) const
  {
    test::child running({program, path + "/" + name});
    BOOST_TEST(running.wait() == 0);
  }

  test::temp_directory directory;
  std::string path = directory.path().string();
};

bool holds(const std::vector<std::string>& lines, const std::string& text)
{
  return std::ranges::any_of(lines, [&text](const std::string& line)
                             { return line.find(text) != std::string::npos; });
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(trace_choice, trace_choice_fixture,
                         *boost::unit_test::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(the_paths_that_a_glob_includes)
{
  test::running_trace trace(with({"--include", "*.txt", "--include", "*.md", "--exclude", "b*"}));
  directory.write("a.cpp");
  directory.write("b.txt");
  directory.write("c.md");
  directory.write("d.txt");

  const auto lines = trace.lines_until("d.txt");

  BOOST_TEST(!holds(lines, "a.cpp"));
  BOOST_TEST(!holds(lines, "b.txt"));
  BOOST_TEST(holds(lines, "c.md"));
}

BOOST_AUTO_TEST_CASE(the_paths_that_an_expression_finds)
{
  test::running_trace trace(with({"--include-regex", "[0-9]+$", "--exclude-regex", "/x"}));
  directory.write("a");
  directory.write("x1");
  directory.write("a2");

  const auto lines = trace.lines_until("/a2");

  BOOST_TEST(!holds(lines, "x1"));
}

BOOST_AUTO_TEST_CASE(an_entry_is_chosen_by_its_own_name)
{
  test::running_trace trace(with({"--names", "--include", "b", "--filter", "+"}));
  fs::create_directory(directory / "a");
  fs::create_directory(directory / "b");

  BOOST_TEST(trace.line_with(path).ends_with("): +   " + path + "/b"));
}

// One that goes on: of one that has ended the name may be that before it executed.
BOOST_AUTO_TEST_CASE(the_processes_that_a_glob_includes)
{
  const auto file = directory.write("by_tail", "text\n");
  test::running_trace trace(with({"--process", "test_*"}));
  test::child tail({"tail", "-f", file});
  BOOST_TEST(tail.read_line(test::child::out) == "text");
  directory.write("mine");

  const auto lines = trace.lines_until("/mine");

  BOOST_TEST(!holds(lines, "by_tail"));
}

BOOST_AUTO_TEST_CASE(the_programs_that_a_glob_includes)
{
  const auto file = directory.write("file");
  test::running_trace trace(with({"--program", "**/tail"}));
  directory.write("mine");
  const test::child tail({"tail", "-f", file});

  BOOST_TEST(trace.line_with(path).starts_with("tail("));
}

BOOST_AUTO_TEST_CASE(one_process)
{
  const auto file = directory.write("file");
  test::running_trace trace(with({"--pid", std::to_string(::getpid())}));
  have_touched("touch", "by_touch");
  directory.write("mine");

  BOOST_TEST(!holds(trace.lines_until("/mine"), "by_touch"));
}

BOOST_AUTO_TEST_CASE(the_user_of_a_number_or_a_name)
{
  fs::permissions(directory.path(), fs::perms::all);
  const auto file = directory.write("file");
  test::running_trace trace(with({"--uid", "root", "--uid", "12345"}));
  test::child other({"tail", "-f", file}, test::user::ordinary);
  directory.write("mine");

  BOOST_TEST(!holds(trace.lines_until("/mine"), "tail("));
}

BOOST_AUTO_TEST_CASE(no_process_of_a_user)
{
  fs::permissions(directory.path(), fs::perms::all);
  const auto file = directory.write("file");
  test::running_trace trace(with({"--exclude-uid", "0", "--user"}));
  directory.write("mine");
  test::child other({"tail", "-f", file}, test::user::ordinary);

  const auto line = trace.line_with(path);

  BOOST_TEST(line.starts_with("tail("), line);
  BOOST_TEST(line.find(") [1") != std::string::npos, line); // its ids are from 100000 on
}

BOOST_AUTO_TEST_CASE(no_process_in_a_cgroup)
{
  test::running_trace trace(with({"--exclude-cgroup", "*", "--seconds", "1"}));
  directory.write("mine");

  BOOST_TEST(trace.wait() == 0);
  BOOST_TEST(trace.read_all(test::child::out) == "");
}

BOOST_AUTO_TEST_CASE(only_processes_in_a_container)
{
  test::running_trace trace(with({"--container", "nobody-has-this-name", "--seconds", "1"}));
  directory.write("mine");

  BOOST_TEST(trace.wait() == 0);
  BOOST_TEST(trace.read_all(test::child::out) == "");
}

BOOST_AUTO_TEST_CASE(what_is_directly_in_a_directory)
{
  fs::create_directory(directory / "a");
  fs::create_directory(directory / "a/below");
  test::running_trace trace({"--dir", path + "/a"});
  directory.write("beside");
  directory.write("a/below/file");
  directory.write("a/file");

  const auto lines = trace.lines_until("/a/file");

  BOOST_TEST(!holds(lines, "below/file"));
  BOOST_TEST(!holds(lines, "beside"));
}

BOOST_AUTO_TEST_CASE(a_directory_beside_paths)
{
  fs::create_directory(directory / "a");
  fs::create_directory(directory / "b");
  fs::create_directory(directory / "b/below");
  test::running_trace trace({"-d", path + "/b", path + "/a"});
  directory.write("b/below/file");
  directory.write("a/file");
  directory.write("b/file");

  const auto lines = trace.lines_until("/b/file");

  BOOST_TEST(holds(lines, "/a/file"));
  BOOST_TEST(!holds(lines, "below/file"));
}

BOOST_AUTO_TEST_CASE(executions_where_they_were_asked_for)
{
  const auto program = path + "/program";
  fs::copy_file("/bin/true", program);
  test::running_trace trace(with({"--filter", "X"}));
  directory.write("file");
  test::run_program({program});

  BOOST_TEST(trace.line_with(path).find("X") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_filesystem_without_handles)
{
  const std::string script = "mkdir \"$1/l\" \"$1/u\" \"$1/w\" \"$1/m\" && "
                             "mount -t tmpfs none \"$1/u\" && mkdir \"$1/u/u\" \"$1/u/w\" && "
                             "mount -t overlay -o lowerdir=\"$1/l\",upperdir=\"$1/u/u\","
                             "workdir=\"$1/u/w\" none \"$1/m\" && "
                             "exec \"$0\" trace --verbose \"$1/m\"";
  test::running_trace trace({"unshare", "-m", "sh", "-c", script, FANIO_TOOL, path},
                            test::user::same);
  std::ofstream("/proc/" + std::to_string(trace.pid()) + "/root" + path + "/m/file") << "text";

  BOOST_TEST(trace.line_with("/m/file").ends_with(path + "/m/file"));
}

BOOST_AUTO_TEST_SUITE_END()

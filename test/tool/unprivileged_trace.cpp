#include "running_trace.hpp"
#include "support/temp_directory.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

/// A directory that everybody may read.
struct unprivileged_trace_fixture
{
  unprivileged_trace_fixture() { fs::permissions(directory.path(), fs::perms::all); }

  test::temp_directory directory;
  std::string path = directory.path().string();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(unprivileged_trace, unprivileged_trace_fixture)

BOOST_AUTO_TEST_CASE(it_says_what_works)
{
  test::child trace({FANIO_TOOL, "trace", "--seconds", "1", path}, test::user::ordinary);

  BOOST_TEST(trace.read_all(test::child::err) ==
             "fanio trace: not privileged: watching the named directories by inode marks; the "
             "kernel does not tell the processes\n");
  BOOST_TEST(trace.wait() == 0);
}

BOOST_AUTO_TEST_CASE(it_shows_the_names_that_come_and_go_in_a_directory)
{
  auto trace = test::running_trace::unprivileged({path});
  const auto file = directory.write("file");
  BOOST_TEST(trace.line_with(": + ").ends_with("unknown(0): +   " + file.string()));
  fs::rename(file, directory / "moved");
  BOOST_TEST(trace.line_with(": < ").ends_with("unknown(0): <   " + file.string()));
  BOOST_TEST(trace.line_with(": > ").ends_with("unknown(0): >   " + path + "/moved"));
  fs::remove(directory / "moved");
  BOOST_TEST(trace.line_with(": D ").ends_with("unknown(0): D   " + path + "/moved"));
}

BOOST_AUTO_TEST_CASE(it_watches_the_working_directory_without_a_path)
{
  const std::string script = "cd \"$1\" && exec \"$0\" trace --verbose";
  test::running_trace trace({"sh", "-c", script, FANIO_TOOL, path}, test::user::ordinary);
  directory.write("file");

  BOOST_TEST(trace.line_with(": + ").ends_with("unknown(0): +   ./file"));
}

BOOST_AUTO_TEST_CASE(it_tells_directories_apart)
{
  fs::create_directory(directory / "a");
  fs::create_directory(directory / "b");
  auto trace = test::running_trace::unprivileged({path + "/a/", path + "/b"});
  directory.write("a/one");
  directory.write("b/two");

  BOOST_TEST(trace.line_with("one").ends_with(": +   " + path + "/a/one"));
  BOOST_TEST(trace.line_with("two").ends_with(": +   " + path + "/b/two"));
}

BOOST_AUTO_TEST_CASE(it_watches_a_file)
{
  const auto file = directory.write("file");
  fs::permissions(file, fs::perms::all);
  auto trace = test::running_trace::unprivileged({file});
  directory.write("other");
  directory.write("file");

  BOOST_TEST(trace.lines_until(file.string()).size() == 1U);
}

BOOST_AUTO_TEST_CASE(it_knows_the_directories_in_a_directory)
{
  fs::create_directory(directory / "old");
  auto trace = test::running_trace::unprivileged({path});
  fs::create_directory(directory / "new");
  // What is opened stays open: a close that is still queued would merge with the next opening, and
  // so stand before what happens in between.
  std::vector<fanio::unique_fd> opened;
  const auto list = [&](const fs::path& where)
  { opened.emplace_back(::open(where.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); };

  list(directory / "old");
  BOOST_TEST(trace.line_with("O ").ends_with(" " + path + "/old"));
  list(directory / "new");
  BOOST_TEST(trace.line_with("O ").ends_with(" " + path + "/new"));
  fs::rename(directory / "new", directory / "newer");
  list(directory / "newer");
  BOOST_TEST(trace.line_with("O ").ends_with(" " + path + "/newer"));
  list(path);
  BOOST_TEST(trace.line_with("O ").ends_with(" " + path));
}

BOOST_AUTO_TEST_CASE(it_has_no_path_for_a_directory_that_moved_unseen)
{
  fs::create_directory(directory / "old");
  auto trace = test::running_trace::unprivileged({path, "--events", "open"});
  fs::rename(directory / "old", directory / "new");
  fs::directory_iterator entries(directory / "new");

  BOOST_TEST(trace.line_with("O ").find(" ?: its directory was not learnt") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(it_shows_where_a_name_went_by_a_rename)
{
  auto trace = test::running_trace::unprivileged({path, "--events", "rename"});
  fs::rename(directory.write("file"), directory / "new");

  BOOST_TEST(trace.line_with(": <> ").ends_with(": <>  " + path + "/new"));
}

BOOST_AUTO_TEST_CASE(it_ends_when_its_directory_is_gone)
{
  fs::create_directory(directory / "a");
  const auto a = path + "/a";
  auto trace = test::running_trace::unprivileged({a});
  directory.write("a/file");
  fs::remove_all(a);

  BOOST_TEST(trace.read_line(test::child::err) == "fanio trace: " + a + " is gone");
  BOOST_TEST(trace.wait() == 0);
  const auto lines = trace.read_all(test::child::out);
  BOOST_TEST(lines.find(" " + a + "/file\n") != std::string::npos, lines);
  BOOST_TEST(lines.find(": S") == std::string::npos, lines);
}

BOOST_AUTO_TEST_CASE(it_ends_when_its_directory_was_moved)
{
  fs::create_directory(directory / "a");
  const auto a = path + "/a";
  auto trace = test::running_trace::unprivileged({a});
  directory.write("a/file");
  fs::rename(a, directory / "b");

  BOOST_TEST(trace.read_line(test::child::err) ==
             "fanio trace: " + a + " was moved: its events are shown no longer");
  BOOST_TEST(trace.wait() == 0);
  const auto lines = trace.read_all(test::child::out);
  BOOST_TEST(lines.find("+   " + a + "/file\n") != std::string::npos, lines);
  BOOST_TEST(lines.find(": S") == std::string::npos, lines);
}

BOOST_AUTO_TEST_CASE(it_ends_when_its_file_is_replaced)
{
  const auto file = directory.write("file");
  fs::permissions(file, fs::perms::all);
  auto trace = test::running_trace::unprivileged({file});
  fs::rename(directory.write("new"), file);

  BOOST_TEST(trace.read_line(test::child::err) == "fanio trace: " + file.string() + " is gone");
  BOOST_TEST(trace.wait() == 0);
}

BOOST_AUTO_TEST_CASE(it_goes_on_with_the_directories_that_are_left)
{
  fs::create_directory(directory / "a");
  fs::create_directory(directory / "b");
  fs::create_directory(directory / "c");
  auto trace = test::running_trace::unprivileged({path + "/a", path + "/b", path + "/c"});
  fs::remove(directory / "a");
  BOOST_TEST(trace.read_line(test::child::err) == "fanio trace: " + path + "/a is gone");
  fs::rename(directory / "b", directory / "moved");
  BOOST_TEST(
      trace.read_line(test::child::err).starts_with("fanio trace: " + path + "/b was moved"));
  directory.write("moved/unseen");
  directory.write("c/seen");

  const auto lines = trace.lines_until("/c/seen");

  BOOST_TEST(lines.size() == 1U);
  BOOST_TEST(lines.back().ends_with(": +   " + path + "/c/seen"));
}

BOOST_AUTO_TEST_CASE(it_shows_that_its_directory_is_gone_where_that_was_asked_for)
{
  fs::create_directory(directory / "a");
  auto trace = test::running_trace::unprivileged({path + "/a", "--events", "delete_self"});
  fs::remove(directory / "a");

  BOOST_TEST(trace.line_with(path).ends_with(": S   " + path + "/a"));
  BOOST_TEST(trace.wait() == 0);
}

BOOST_AUTO_TEST_CASE(it_says_that_its_directory_is_gone_also_where_other_events_were_asked_for)
{
  fs::create_directory(directory / "a");
  auto trace = test::running_trace::unprivileged({path + "/a", "--events", "open"});
  fs::remove(directory / "a");

  BOOST_TEST(trace.read_line(test::child::err) == "fanio trace: " + path + "/a is gone");
  BOOST_TEST(trace.wait() == 0);
  BOOST_TEST(trace.read_all(test::child::out).find(": S") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_line_of_json_has_null_for_what_is_not_known)
{
  auto trace = test::running_trace::unprivileged({path, "--json"});
  directory.write("\xff");

  const auto event = json::parse(trace.line_with("create")).as_object();

  BOOST_TEST(event.at("pid").is_null());
  BOOST_TEST(event.at("comm").is_null());
  BOOST_TEST(event.at("path").as_string() == path + "/\xef\xbf\xbd");
  BOOST_TEST(event.at("path_raw").as_array().size() == path.size() + 2);
}

BOOST_AUTO_TEST_CASE(a_directory_that_may_not_be_read_is_an_error)
{
  const auto closed = directory / "closed";
  fs::create_directory(closed);
  fs::permissions(closed, fs::perms::none);
  test::child trace({FANIO_TOOL, "trace", closed}, test::user::ordinary);

  BOOST_TEST(trace.wait() == 1);
  fs::permissions(closed, fs::perms::owner_all); // or it can't be removed
  BOOST_TEST(trace.read_all(test::child::err)
                 .ends_with("fanio trace: " + closed.string() +
                            ": marking needs the right to read the object\n"));
}

BOOST_AUTO_TEST_SUITE_END()

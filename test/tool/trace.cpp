#include "running_trace.hpp"
#include "support/mounts.hpp"
#include "support/requires.hpp"
#include "support/temp_directory.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

struct trace_fixture
{
  test::temp_directory directory;
  std::string path = directory.path().string();
};

std::string read_file(const fs::path& file)
{
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The bytes that a JSON array of numbers stands for.
std::string to_bytes(const json::value& numbers)
{
  std::string bytes;
  for (const auto& number : numbers.as_array())
  {
    bytes += static_cast<char>(number.to_number<int>());
  }
  return bytes;
}

std::size_t queue_limit()
{
  return std::stoul(read_file("/proc/sys/fs/fanotify/max_queued_events"));
}

boost::test_tools::assertion_result can_overflow(boost::unit_test::test_unit_id)
{
  return test::needs(queue_limit() <= 100'000, "a max_queued_events that is soon reached");
}

/// Has more events happen than its queue takes.
void overflow(test::running_trace& trace, const test::temp_directory& directory)
{
  trace.stop();
  for (std::size_t i = 0; i <= queue_limit(); ++i)
  {
    directory.write(std::to_string(i), "");
  }
  trace.go_on();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(trace, trace_fixture, *boost::unit_test::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(it_shows_the_path_and_the_process_of_a_file_that_is_opened)
{
  const auto file = directory.write("file");
  test::running_trace trace({path});
  const test::child tail({"tail", "-f", file});

  const auto line = trace.line_with("tail(");

  const auto expected = "tail(" + std::to_string(tail.pid()) + "): ";
  BOOST_TEST(line.starts_with(expected), line);
  BOOST_TEST(line.ends_with(" " + file.string()), line);
  const auto types = line.substr(expected.size(), 3);
  BOOST_TEST((types == "O  " || types == "RO "), line);
}

BOOST_AUTO_TEST_CASE(it_shows_only_what_is_below_its_directory)
{
  fs::create_directory(directory / "a");
  fs::create_directory(directory / "ab");
  test::running_trace trace({path + "/a"});
  directory.write("ab/sibling");
  directory.write("above");
  directory.write("a/inside");

  const auto lines = trace.lines_until("/a/inside");

  BOOST_TEST(lines.size() == 2U);
  BOOST_TEST(lines.front().ends_with("): +   " + path + "/a"), lines.front());
}

BOOST_AUTO_TEST_CASE(it_shows_only_the_file_that_is_its_path)
{
  const auto file = directory.write("file");
  test::running_trace trace({file});
  directory.write("file2");
  directory.write("file");

  BOOST_TEST(trace.lines_until(file.string()).size() == 1U);
}

BOOST_AUTO_TEST_CASE(it_follows_links_in_its_paths)
{
  fs::create_directory(directory / "target");
  fs::create_directory_symlink("target", directory / "link");
  test::running_trace trace({path + "/link"});
  directory.write("target/file");

  BOOST_TEST(trace.line_with(path + "/target/").ends_with("/target/file"));
}

BOOST_AUTO_TEST_CASE(it_shows_everything_below_the_root)
{
  test::running_trace trace({path, "/"});
  const auto file = directory.write("file").string();

  BOOST_TEST(trace.line_with(file).ends_with(file));
}

BOOST_AUTO_TEST_CASE(it_shows_the_filesystems_on_devices_without_a_path)
{
  fs::create_directory(directory / "a b");
  fs::create_directory(directory / "memory");
  const test::filesystem_image image("ext4");
  const std::string script = "mount -o loop \"$1\" \"$2/a b\" && mount -t tmpfs none \"$2/memory\" "
                             "&& exec \"$0\" trace --verbose --include \"$2/**\"";
  test::running_trace trace({"unshare", "-m", "sh", "-c", script, FANIO_TOOL, image.path(), path},
                            test::user::same);
  const auto seen_by_it = "/proc/" + std::to_string(trace.pid()) + "/root" + path;
  std::ofstream(seen_by_it + "/memory/file") << "text";
  std::ofstream(seen_by_it + "/a b/file") << "text";

  const auto lines = trace.lines_until(path + "/a b/file");

  BOOST_TEST(lines.front().find("memory") == std::string::npos, lines.front());
  BOOST_TEST(lines.back().ends_with(path + "/a b/file"), lines.back());
}

BOOST_AUTO_TEST_CASE(it_shows_the_filesystems_that_are_mounted_below_its_directory)
{
  fs::create_directory(directory / "a");
  fs::create_directory(directory / "a/below");
  fs::create_directory(directory / "ab");
  const std::string script =
      "mount -t tmpfs none \"$1/a/below\" && mount -t tmpfs none \"$1/ab\" && "
      "exec \"$0\" trace --verbose \"$1/a\"";
  test::running_trace trace({"unshare", "-m", "sh", "-c", script, FANIO_TOOL, path},
                            test::user::same);
  const auto seen_by_it = "/proc/" + std::to_string(trace.pid()) + "/root" + path;
  std::ofstream(seen_by_it + "/ab/sibling") << "text";
  std::ofstream(seen_by_it + "/a/below/file") << "text";
  directory.write("a/last");

  const auto lines = trace.lines_until("/a/last");

  BOOST_TEST(lines.front().ends_with(": +   " + path + "/a/below"), lines.front());
  BOOST_TEST(lines.at(1).ends_with(" " + path + "/a/below/file"), lines.at(1));
}

BOOST_AUTO_TEST_CASE(it_counts_the_filesystems_below_its_directory)
{
  fs::create_directory(directory / "below");
  const std::string script = "mount -t tmpfs none \"$1/below\" && "
                             "exec \"$0\" trace --verbose --seconds 1 \"$1\"";
  test::child trace({"unshare", "-m", "sh", "-c", script, FANIO_TOOL, path});

  BOOST_TEST(trace.read_line(test::child::err) == "fanio trace: watching 2 places");
}

BOOST_AUTO_TEST_CASE(it_tells_which_filesystems_below_its_directory_it_passed_over)
{
  fs::create_directory(directory / "below");
  const std::string script =
      "mount -t tmpfs none \"$1/below\" && mkdir \"$1/below/hidden\" && "
      "mount -t tmpfs none \"$1/below/hidden\" && mount -t tmpfs none \"$1/below\" && "
      "exec \"$0\" trace --verbose --seconds 1 \"$1\"";
  test::child trace({"unshare", "-m", "sh", "-c", script, FANIO_TOOL, path});

  BOOST_TEST(trace.read_line(test::child::err) == "fanio trace: passed over " + path +
                                                      "/below/hidden (tmpfs): there is nothing at "
                                                      "this path");
}

BOOST_AUTO_TEST_CASE(it_shows_the_events_that_were_asked_for)
{
  test::running_trace trace({path, "--events", "FAN_CLOSE_WRITE"});
  const auto file = directory.write("file");

  const auto lines = trace.lines_until(file.string());

  BOOST_TEST(lines.size() == 1U);
  BOOST_TEST(lines.back().ends_with("): CW  " + file.string()), lines.back());
}

BOOST_AUTO_TEST_CASE(it_has_no_name_for_a_process_that_is_gone)
{
  const auto file = directory.write("file");
  test::running_trace trace({path});
  trace.stop();
  test::child cat({"cat", file});
  cat.wait();
  trace.go_on();

  const auto line = trace.line_with(file.string());

  BOOST_TEST(line.starts_with("unknown(" + std::to_string(cat.pid()) + "): "), line);
}

BOOST_AUTO_TEST_CASE(it_never_shows_itself)
{
  const std::string script = "exec \"$0\" trace --verbose --seconds 2 \"$1\" > \"$1/log\"";
  test::running_trace trace({"sh", "-c", script, FANIO_TOOL, path}, test::user::same);
  directory.write("file");
  BOOST_TEST(trace.wait() == 0);

  const auto log = read_file(directory / "log");

  BOOST_TEST(log.find(path + "/file") != std::string::npos);
  BOOST_TEST(log.find(path + "/log") == std::string::npos, log);
}

BOOST_AUTO_TEST_CASE(control_characters_and_bytes_that_are_no_text_stay_on_one_line)
{
  test::running_trace trace({path});
  directory.write("a\nb\x1b[31m\x7f\\\xff\xc3\xa4\xc2\x9b\xe2\x80\xa8");

  const auto line = trace.line_with(path + "/a");

  const std::string shown = "a\\x0ab\\x1b[31m\\x7f\\x5c\\xff\xc3\xa4\\xc2\\x9b\\xe2\\x80\\xa8";
  BOOST_TEST(line.ends_with(path + "/" + shown), line);
}

BOOST_AUTO_TEST_CASE(overlong_forms_and_surrogates_are_no_text)
{
  test::running_trace trace({path});
  directory.write("\xc0\xaf \xe0\x80\xaf \xed\xa0\x80 \xf0\x80\x80\xaf \xf4\x90\x80\x80 \xe2\x82");

  const auto line = trace.line_with(path + "/");

  BOOST_TEST(line.ends_with("/\\xc0\\xaf \\xe0\\x80\\xaf \\xed\\xa0\\x80 \\xf0\\x80\\x80\\xaf "
                            "\\xf4\\x90\\x80\\x80 \\xe2\\x82"),
             line);
}

BOOST_AUTO_TEST_CASE(a_line_of_json_has_all_of_an_event)
{
  const auto file = directory.write("file");
  test::running_trace trace({path, "--json"});
  const test::child tail({"tail", "-f", file});

  const auto event = json::parse(trace.line_with("\"tail\"")).as_object();

  BOOST_TEST(event.at("path").as_string() == file.string());
  BOOST_TEST(event.at("pid").as_int64() == tail.pid());
  BOOST_TEST(event.at("types").as_string().find('O') != std::string::npos);
  BOOST_TEST(event.at("time").as_string().ends_with("Z"));
  BOOST_TEST(!event.contains("path_raw"));
  BOOST_TEST(!event.contains("deleted"));
}

BOOST_AUTO_TEST_CASE(a_name_that_is_no_text_is_whole_in_json)
{
  test::running_trace trace({path, "--json"});
  const auto file = directory.write("a\"\n\xff\xc3\xa4");

  const auto event = json::parse(trace.line_with("path_raw")).as_object();

  BOOST_TEST(to_bytes(event.at("path_raw")) == file.string());
  BOOST_TEST(event.at("path").as_string() == path + "/a\"\n\xef\xbf\xbd\xc3\xa4");
}

BOOST_AUTO_TEST_CASE(a_deleted_file_is_marked_in_json)
{
  test::running_trace trace({path, "--json"});
  {
    std::ofstream file(directory / "file");
    trace.line_with("/file\"");
    fs::remove(directory / "file");
  }

  const auto line = trace.line_with("close_write");
  const auto event = json::parse(line).as_object();

  BOOST_REQUIRE_MESSAGE(event.contains("deleted"), line);
  BOOST_TEST(event.at("deleted").as_bool());
  BOOST_TEST(event.at("path").as_string() == path + "/file");
}

BOOST_AUTO_TEST_CASE(a_name_that_looks_deleted_is_not)
{
  test::running_trace trace({path, "--json"});
  directory.write("file (deleted)");

  const auto event = json::parse(trace.line_with("/file (deleted)")).as_object();

  BOOST_TEST(!event.contains("deleted"));
}

BOOST_AUTO_TEST_CASE(events_that_were_dropped_are_told,
                     *boost::unit_test::precondition(can_overflow))
{
  test::running_trace trace({path, "--events", "close_write"});
  overflow(trace, directory);

  BOOST_TEST(trace.line_with("q_overflow") == "q_overflow: events were dropped");
}

BOOST_AUTO_TEST_CASE(events_that_were_dropped_are_told_in_json,
                     *boost::unit_test::precondition(can_overflow))
{
  test::running_trace trace({path, "--json", "--events", "close_write"});
  overflow(trace, directory);

  const auto event = json::parse(trace.line_with("q_overflow")).as_object();

  BOOST_TEST((event.at("mask") == json::array({"q_overflow"})));
  BOOST_TEST(event.at("error").as_string() == "events were dropped");
}

BOOST_AUTO_TEST_CASE(a_lost_event_is_told)
{
  test::running_trace trace({"/proc"});
  trace.stop();
  test::child cat({"cat", "/proc/self/environ"}); // can't be opened once its process is gone
  cat.wait();
  trace.go_on();

  const auto line = trace.line_with("lost: ");

  BOOST_TEST(line.ends_with(" ?: lost: No such process"), line);
}

BOOST_AUTO_TEST_SUITE_END()

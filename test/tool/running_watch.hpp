#pragma once

#include "support/child.hpp"
#include "support/requires.hpp"
#include "support/temp_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// What a program printed, and how it ended.
struct outcome
{
  std::string out;
  std::string err;
  int status;
};

inline outcome run(std::vector<std::string> command, user as = user::same)
{
  child program(std::move(command), as);
  auto out = program.read_all(child::out);
  auto err = program.read_all(child::err);
  return {std::move(out), std::move(err), program.wait()};
}

/// Runs a script with a working directory, which must succeed.
inline void run_in(const std::filesystem::path& directory, const std::string& script)
{
  const auto done = run({"sh", "-ec", "cd \"$0\"; " + script, directory.string()});
  BOOST_REQUIRE_MESSAGE(done.status == 0, done.err);
}

/// A precondition.
inline boost::test_tools::assertion_result has_inotify_tools(boost::unit_test::test_unit_id)
{
  return needs(run({"sh", "-c", "command -v fsnotifywait inotifywait"}).status == 0,
               "fsnotifywait and inotifywait, from the package inotify-tools");
}

/// `fanio watch`, or one of its peers, once it has set its watches.
class running_watch : public child
{
public:
  explicit running_watch(std::vector<std::string> command, user as = user::same)
      : child(std::move(command), as)
  {
    for (auto line = read_line(err); !line.starts_with("Watches established.") &&
                                     !line.starts_with("Finished establishing watches");
         line = read_line(err))
    {
      said_.push_back(line);
    }
  }

  running_watch(const running_watch&) = delete;
  running_watch& operator=(const running_watch&) = delete;

  /// Ended as its user would: only then is what it has run written down where coverage is measured.
  ~running_watch()
  {
    try
    {
      signal(SIGTERM);
      close(out); // or it may wait for a reader
      wait();
    }
    catch (const std::exception& e)
    {
      BOOST_TEST_MESSAGE("it did not end: " << e.what());
    }
  }

  /// What it said before the watches were set.
  [[nodiscard]] const std::vector<std::string>& said() const noexcept { return said_; }

  /// The next lines, up to the first that ends in `end`, which is left out.
  std::vector<std::string> lines_until(std::string_view end)
  {
    std::vector<std::string> lines;
    for (auto line = read_line(out); !line.ends_with(end); line = read_line(out))
    {
      // What fsnotifywait says of its own doings.
      if (!line.starts_with("[fid="))
      {
        lines.push_back(line);
      }
    }
    return lines;
  }

private:
  std::vector<std::string> said_;
};

inline std::vector<std::string> watch_command(std::vector<std::string> arguments)
{
  arguments.insert(arguments.begin(), {FANIO_TOOL, "watch"});
  return arguments;
}

/// The events of lines "path EVENT,EVENT", each once: which come in one line is a matter of time.
inline std::multiset<std::string> single_events(const std::vector<std::string>& lines)
{
  std::multiset<std::string> events;
  for (const auto& line : lines)
  {
    const auto space = line.rfind(' ');
    const auto path = line.substr(0, space);
    const bool is_directory = line.ends_with(",ISDIR");
    for (std::size_t at = space + 1; at <= line.size();)
    {
      const auto end = std::min(line.find(',', at), line.size());
      const auto event = line.substr(at, end - at);
      if (event != "CLOSE" && event != "ISDIR")
      {
        events.insert(path + " " + event + (is_directory ? " of a directory" : ""));
      }
      at = end + 1;
    }
  }
  return events;
}

} // namespace test

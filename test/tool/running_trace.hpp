#pragma once

#include "support/child.hpp"

#include <boost/test/unit_test.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <signal.h>

namespace test {

/// The arguments after "fanio".
inline std::vector<std::string> fanio_command(std::vector<std::string> arguments)
{
  arguments.insert(arguments.begin(), FANIO_TOOL);
  return arguments;
}

/// Any command that ends in a `fanio trace --verbose`, once that has set its marks.
class running_trace : public child
{
public:
  running_trace(std::vector<std::string> command, user as) : child(std::move(command), as)
  {
    // Nothing has happened before this line, and all that happens after it is shown.
    for (auto line = read_line(err); !line.starts_with("fanio trace: watching ");
         line = read_line(err))
    {
      BOOST_TEST_MESSAGE("fanio trace said: " << line);
    }
  }

  explicit running_trace(std::vector<std::string> arguments)
      : running_trace(traced(std::move(arguments)), user::same)
  {}

  running_trace(const running_trace&) = delete;
  running_trace& operator=(const running_trace&) = delete;

  /// Ends it as its user would: only then is what it has run written down where coverage is
  /// measured. What does not end is killed.
  ~running_trace()
  {
    try
    {
      signal(SIGINT);
      close(out); // or it may wait for a reader
      wait();
    }
    catch (const std::exception& e)
    {
      BOOST_TEST_MESSAGE("fanio trace did not end: " << e.what());
    }
  }

  /// Without privileges, also where the test has them.
  static running_trace unprivileged(std::vector<std::string> arguments)
  {
    return {traced(std::move(arguments)), user::ordinary};
  }

  /// The next lines, up to and with the first that holds `text`.
  std::vector<std::string> lines_until(std::string_view text)
  {
    std::vector<std::string> lines;
    do
    {
      lines.push_back(read_line(out));
    }
    while (lines.back().find(text) == std::string::npos);
    return lines;
  }

  /// The first of the next lines that holds `text`.
  std::string line_with(std::string_view text) { return lines_until(text).back(); }

private:
  static std::vector<std::string> traced(std::vector<std::string> arguments)
  {
    arguments.insert(arguments.begin(), {FANIO_TOOL, "trace", "--verbose"});
    return arguments;
  }
};

} // namespace test

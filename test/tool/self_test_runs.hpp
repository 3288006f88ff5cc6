#pragma once

#include "running_trace.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

/// Runs of `fanio doctor --self-test DIR`.
namespace test {

inline std::vector<std::string> self_test_command(const std::filesystem::path& where,
                                                  std::vector<std::string> more = {})
{
  more.insert(more.begin(), {"doctor", "--self-test", where.string()});
  return fanio_command(std::move(more));
}

/// What it prints, which must end well and leave nothing behind.
inline std::string self_test_output(const std::filesystem::path& where, user as,
                                    std::vector<std::string> more = {})
{
  child program(self_test_command(where, std::move(more)), as);
  auto text = program.read_all(child::out);
  BOOST_TEST(program.read_all(child::err) == "");
  BOOST_TEST(program.wait() == 0, text);
  BOOST_TEST(std::filesystem::is_empty(where));
  return text;
}

/// It could not be tried, which is told on standard error and by the exit status; no table.
inline std::string self_test_error(std::vector<std::string> command)
{
  constexpr int not_tried = 2;
  child program(std::move(command));
  BOOST_TEST(program.read_all(child::out) == "");
  BOOST_TEST(program.wait() == not_tried);
  return program.read_all(child::err);
}

/// A command of a shell, and then that one.
inline std::vector<std::string> after(const std::string& before, std::vector<std::string> command)
{
  command.insert(command.begin(), {"sh", "-c", before + R"( && exec "$0" "$@")"});
  return command;
}

} // namespace test

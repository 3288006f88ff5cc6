#pragma once

#include "support/child.hpp"
#include "support/contains.hpp"
#include <fanio/unique_fd.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace test {

/// The exit status of the harness for words that it doesn't know.
inline constexpr int not_tried = 2;

/// How a program has ended, and what it has said.
struct run_result
{
  std::string out;
  std::string err;
  int status;
};

inline run_result run_to_its_end(const std::vector<std::string>& command, user as = user::same)
{
  child program(command, as);
  auto out = program.read_all(child::out);
  auto err = program.read_all(child::err);
  return {std::move(out), std::move(err), program.wait()};
}

/// Of a text that ends with a line feed.
inline std::string last_line(std::string_view text)
{
  BOOST_REQUIRE(text.ends_with('\n'));
  text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

/// A file that lies beside bench/run.sh.
inline std::filesystem::path beside_bench_script(const std::string& name)
{
  return std::filesystem::path(FANIO_BENCH_SCRIPT).parent_path() / name;
}

/// Makes a program out of the lines of a script.
inline void write_program(const std::filesystem::path& file, std::string_view script)
{
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << "#!/bin/sh\n" << script << '\n';
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
}

/// A program that says its number through this and then goes on for ever: `script` makes it one.
class endless_program
{
public:
  explicit endless_program(std::filesystem::path pipe) : pipe_(std::move(pipe))
  {
    BOOST_REQUIRE(::mkfifo(pipe_.c_str(), 0600) == 0);
  }

  [[nodiscard]] std::string script() const
  {
    return "echo $$ >'" + pipe_.string() + "'; exec sleep 1000";
  }

  /// Once it runs.
  [[nodiscard]] pid_t number() const
  {
    pid_t number = 0;
    std::ifstream(pipe_) >> number;
    BOOST_REQUIRE(number > 0);
    return number;
  }

private:
  std::filesystem::path pipe_;
};

/// A script that is ended while it waits for the program ends it, and says so.
inline void check_it_ends(const std::vector<std::string>& script, const endless_program& program)
{
  child run(script);
  const fanio::unique_fd started(static_cast<int>(::syscall(SYS_pidfd_open, program.number(), 0)));
  BOOST_REQUIRE(started);
  run.signal(SIGTERM);
  const auto told = run.read_all(child::err);
  BOOST_TEST(run.wait() == 128 + SIGTERM);
  BOOST_TEST(contains(told, ": interrupted\n"), told);
  constexpr int patience = 20'000; // ms
  pollfd end{.fd = started.get(), .events = POLLIN, .revents = 0};
  BOOST_TEST(::poll(&end, 1, patience) == 1);
}

inline std::string read_whole(const std::filesystem::path& file)
{
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace test

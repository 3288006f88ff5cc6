#pragma once

#include "support/guarded_file.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>

namespace test {

/// The letter of proc_pid_stat(5).
inline char state_of(pid_t pid)
{
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string number;
  std::string name;
  char state = 0;
  stat >> number >> name >> state;
  return state;
}

/// Returns when it waits for its answer; fails at the deadline.
inline void await_blocked(const opener& one)
{
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (state_of(one.pid()) != 'D')
  {
    BOOST_REQUIRE(std::chrono::steady_clock::now() < end);
    std::this_thread::yield();
  }
}

/// Many processes that all open one file.
class crowd
{
public:
  static constexpr std::size_t usual_size = 200;

  explicit crowd(const std::filesystem::path& file, std::size_t size = usual_size)
  {
    for (std::size_t i = 0; i < size; ++i)
    {
      openers_.push_back(std::make_unique<opener>(file));
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return openers_.size(); }

  /// Returns when each of them waits for its answer; fails at the deadline.
  void await_blocked() const
  {
    for (const auto& one : openers_)
    {
      test::await_blocked(*one);
    }
  }

  /// How many ended with this error, or with 0. Fails at the deadline if one does not end.
  [[nodiscard]] std::size_t ended_with(int error)
  {
    return static_cast<std::size_t>(
        std::ranges::count_if(openers_, [error](auto& one) { return one->result() == error; }));
  }

private:
  std::vector<std::unique_ptr<opener>> openers_;
};

} // namespace test

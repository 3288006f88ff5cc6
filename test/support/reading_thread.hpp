#pragma once

#include "forked.hpp"

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include <sys/syscall.h>

namespace test {

/// Returns when a thread of this process is inside of read(2); fails at the deadline.
inline void await_reading(pid_t thread)
{
  const auto path = "/proc/self/task/" + std::to_string(thread) + "/syscall";
  const auto end = std::chrono::steady_clock::now() + deadline;
  for (std::string number = "none"; number != std::to_string(SYS_read);)
  {
    BOOST_REQUIRE(std::chrono::steady_clock::now() < end);
    std::this_thread::yield();
    std::ifstream(path) >> number;
  }
}

} // namespace test

#include "cpu.hpp"

#include <cstring>
#include <time.h>

#include <sched.h>

namespace fanio::bench {

void run_on(int core) noexcept
{
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<std::size_t>(core), &cores);
  // Where that core is none of ours nothing changes.
  ::sched_setaffinity(0, sizeof cores, &cores);
}

void run_anywhere() noexcept
{
  cpu_set_t cores;
  std::memset(&cores, 0xff, sizeof cores); // the kernel takes away what is not allowed
  ::sched_setaffinity(0, sizeof cores, &cores);
}

std::chrono::nanoseconds cpu_time() noexcept
{
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

} // namespace fanio::bench

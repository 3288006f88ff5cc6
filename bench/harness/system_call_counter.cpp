#include "system_call_counter.hpp"

#include "scratch.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace fanio::bench {

namespace {

/// The number of the tracepoint, which differs from kernel to kernel. tracefs is not mounted
/// everywhere, and so is here for a moment.
std::uint64_t tracepoint()
{
  const scratch_mount tracing("tracefs");
  std::ifstream file(tracing.path() / "events/raw_syscalls/sys_enter/id");
  std::uint64_t number = 0;
  if (!(file >> number))
  {
    throw std::system_error(ENOENT, std::system_category(), "the tracepoint of system calls");
  }
  return number;
}

unique_fd open_counter(pid_t process)
{
  perf_event_attr what{};
  what.size = sizeof what;
  what.type = PERF_TYPE_TRACEPOINT;
  what.config = tracepoint();
  unique_fd counter(static_cast<int>(
      ::syscall(SYS_perf_event_open, &what, process, -1, -1, PERF_FLAG_FD_CLOEXEC)));
  if (!counter)
  {
    throw std::system_error(errno, std::system_category(), "counting system calls");
  }
  return counter;
}

} // namespace

system_call_counter::system_call_counter(pid_t process) : counter_(open_counter(process)) {}

std::uint64_t system_call_counter::count() const
{
  std::uint64_t count = 0;
  if (::read(counter_.get(), &count, sizeof count) != sizeof count)
  {
    throw std::system_error(errno, std::system_category(), "counting system calls");
  }
  return count;
}

} // namespace fanio::bench

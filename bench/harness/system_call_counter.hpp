#pragma once

#include <fanio/unique_fd.hpp>

#include <cstdint>

#include <sys/types.h>

namespace fanio::bench {

/// Counts the system calls of another process, which is not slowed down by it: a counter of the
/// kernel's tracepoint raw_syscalls:sys_enter. Of its first thread only.
class system_call_counter
{
public:
  /// Begins to count. *Errors*: throws std::system_error where there is no such tracepoint (a
  /// kernel without CONFIG_FTRACE_SYSCALLS), or no permission to use it.
  explicit system_call_counter(pid_t process);

  /// How many so far.
  [[nodiscard]] std::uint64_t count() const;

private:
  unique_fd counter_;
};

} // namespace fanio::bench

#pragma once

#include <chrono>

namespace fanio::bench {

/// The core of who makes the events, or opens files. Readers and responders have the other.
inline constexpr int workload_core = 0;
inline constexpr int reader_core = 1;

/// Binds the calling thread, and what it forks, to a core; on a machine without it to any.
void run_on(int core) noexcept;

/// Lets it run anywhere again.
void run_anywhere() noexcept;

/// CPU time of this process so far, of kernel and user: CLOCK_PROCESS_CPUTIME_ID.
[[nodiscard]] std::chrono::nanoseconds cpu_time() noexcept;

} // namespace fanio::bench

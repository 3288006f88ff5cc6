#include "cases.hpp"

#include <array>

namespace fanio::bench {

std::span<const bench_case> all_cases() noexcept
{
  static constexpr auto cases = std::to_array<bench_case>({
      {"drain-names", "a full queue of names: read(2) in C, fanio", drain_names_case},
      {"drain-handles", "a full queue of file handles, in reads of 4 KiB: read(2) in C, fanio",
       drain_handles_case},
      {"drain-descriptors", "a full queue of descriptors: read(2) and close(2) in C, fanio",
       drain_descriptors_case},
      {"drain-paths", "paths of names: a cache in C, asking each time in C, fanio's path_resolver",
       drain_paths_case},
      {"drain-object-paths", "paths of descriptors and handles: asking each time in C, in fanio",
       drain_object_paths_case},
      {"drain-tokens", "the styles of reading with fanio, beside a callback", drain_tokens_case},
      {"drain-buffers", "buffers of 4 to 256 KiB, for names and descriptors", drain_buffers_case},
      {"drain-many", "16 handles, beside one that has all marks", drain_many_case},
      {"growth", "ten times the events, marks, directories, groups", growth_case},
      {"respond", "one opener: who allows it fastest", respond_case},
      {"respond-four", "four openers at once", respond_four_case},
      {"respond-kept", "a verdict that the kernel keeps, against no listener", respond_kept_case},
      {"respond-fapolicyd", "fapolicyd with a policy of one rule, and of nine",
       respond_fapolicyd_case},
      {"trace", "opens: fatrace, fanio trace", trace_case},
      {"watch", "files made in a tree: raw C, fanio watch, and all that watches otherwise",
       watch_case},
      {"watch-start", "until a tree is watched: raw C, fanio watch, and all that watches otherwise",
       watch_start_case},
      {"compile", "a user's program of ten lines: bare Asio, fanio, C", compile_case},
      {"linger", "watching opens while they happen: reading at once, and with a linger",
       linger_case},
      {"churn", "the same with files that are made, renamed and removed", churn_case},
      {"delay", "from the system call to the handler: raw epoll loop, callback, coroutine",
       delay_case},
      {"echo", "an io_context with 1,000 sockets, too: what each costs the other", echo_case},
      {"backends", "Asio on epoll against Asio on io_uring", backends_case},
      {"steady", "allocations and more system calls than in C, an event", steady_case},
  });
  return cases;
}

} // namespace fanio::bench

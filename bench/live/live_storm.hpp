#pragma once

#include "../harness/bench_case.hpp"
#include "../load/storm.hpp"
#include "live_reader.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace fanio::bench {

/// What a reader did during a storm.
struct storm_result
{
  std::chrono::nanoseconds workload{}; ///< By the clock.
  std::chrono::nanoseconds cpu{};      ///< Of the reader.
  live_counts seen{};
  std::uint64_t expected = 0; ///< Changes.
};

/// How many changes a reader is told of in a storm.
[[nodiscard]] std::uint64_t changes_of(const storm& s) noexcept;

/// How a storm reader is told what to look for.
[[nodiscard]] std::string changes_word(storm_kind kind);

/// So that all directories are known, and all memory is there: a change in each directory.
void warm_up(const live_reader& reader, const storm& s);

/// Lets it blow while the reader reads, this process being bound to the workload's core.
[[nodiscard]] storm_result run_live(const live_reader& reader, const storm& s);

/// Lets it blow while the reader is stopped, and then the reader empty the queue.
[[nodiscard]] storm_result run_queued(const live_reader& reader, const storm& s);

/// A program that watches a storm.
struct storm_watcher
{
  std::string name;

  /// The program in `run_options::programs` and its options; nothing: nobody watches.
  std::vector<std::string> options;
};

[[nodiscard]] storm_watcher raw_watcher(std::string name, std::chrono::microseconds linger = {},
                                        bool finds_paths = true,
                                        std::size_t buffer_bytes = 64 * 1024);

/// `options` are added: "--style", "coroutine".
[[nodiscard]] storm_watcher library_watcher(std::string name, std::chrono::microseconds linger = {},
                                            std::vector<std::string> options = {},
                                            std::string program = "fanio_reader");

/// The command line of a watcher that is not nobody.
[[nodiscard]] live_reader::command command_of(const run_options& options,
                                              const storm_watcher& watcher, const storm& s);

} // namespace fanio::bench

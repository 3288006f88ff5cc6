#pragma once

#include "../harness/bench_case.hpp"
#include "../harness/outcome.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace fanio::bench {

/// A program that notes when it has an event.
struct delay_probe
{
  std::string name;
  std::vector<std::string> options; ///< The program in `run_options::programs`, and its options.
};

/// The rows of one probe.
struct delay_rows
{
  row* p50 = nullptr;
  row* p99 = nullptr;
};

/// The time from before the system call that makes an event until the handler has the event, of
/// programs that take turns: in each round all of them run, each watches a directory of its own,
/// and blocks of events are made for one after the other. Adds rows and a cumulative curve of each
/// to the plot.
[[nodiscard]] std::map<std::string, delay_rows>
run_delay_contest(const run_options& options, outcome& out, const std::vector<delay_probe>& probes,
                  std::size_t events, plot& curves);

} // namespace fanio::bench

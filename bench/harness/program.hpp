#pragma once

#include "bench_case.hpp"

#include <span>

namespace fanio::bench {

/// The harness as a program: reads the command line, runs those of the cases that it names, prints
/// the table. Returns the exit status.
[[nodiscard]] int run_program(int argc, char** argv, std::span<const bench_case> cases);

} // namespace fanio::bench

#pragma once

#include "bench_case.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace fanio::bench {

// Exit statuses
// -----------------------------------------

inline constexpr int all_fine = 0;
inline constexpr int has_failed = 1;   ///< A case, or the writing of what was found.
inline constexpr int not_tried = 2;    ///< Wrong usage, or something is missing that all need.
inline constexpr int has_left_out = 3; ///< A part of a case, or the plots.
inline constexpr int signal_offset = 128;

/// What the command line asks for.
struct request
{
  run_options options;
  std::vector<const bench_case*> cases; ///< In the order of all.
  bool list = false;
  std::string json;                ///< A file. Empty: none.
  std::string plots;               ///< A directory. Empty: none.
  std::string command;             ///< As the user has called it.
  std::chrono::seconds patience{}; ///< How long a case may take.
};

/// Reads a command line. Where it is wrong, or asks for help, that is told and the exit status is
/// in `status`.
[[nodiscard]] std::optional<request>
read_command_line(int argc, char** argv, std::span<const bench_case> cases, int& status);

/// The cases that words name: by their whole name, their beginning, or a pattern of glob(7).
/// *Errors*: throws std::runtime_error where a word names none.
[[nodiscard]] std::vector<const bench_case*> choose(std::span<const bench_case> cases,
                                                    const std::vector<std::string>& words);

} // namespace fanio::bench

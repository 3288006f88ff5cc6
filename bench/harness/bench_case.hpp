#pragma once

#include "outcome.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace fanio::bench {

/// What every case is told.
struct run_options
{
  std::size_t rounds = 7; ///< How often each rival has its turn.
  bool quick = false;     ///< A smoke test: so little work that the figures mean nothing.
  std::string tool;       ///< The path of the program `fanio`.
  std::string programs;   ///< The directory with the harness's own programs (raw C, responders).

  /// What is being done, for a terminal: "round 3 of 7: fanio, callback".
  std::function<void(std::string_view)> progress = [](std::string_view) {};

  /// `whole`, or `small` in a quick run.
  template <typename Number>
  [[nodiscard]] Number scaled(Number whole, Number small) const noexcept
  {
    return quick ? small : whole;
  }
};

/// One subject that is measured, with its rivals.
struct bench_case
{
  std::string_view name;    ///< "drain-names": what the command line calls it.
  std::string_view summary; ///< One line: what is compared with what.

  /// Runs it. Throws what makes the whole case impossible; a part that is is left out.
  void (*run)(const run_options&, outcome&);
};

/// All cases, in the order of the table.
[[nodiscard]] std::span<const bench_case> all_cases() noexcept;

} // namespace fanio::bench

#pragma once

#include "trial.hpp"
#include <fanio/probe.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace fanio::tool {

/// What kernel and user must have for a check.
struct need
{
  std::string_view words; ///< Read on after "needs".
  bool (*is_met)(const probe_report&);
};

/// One thing that programs rely on.
struct check
{
  std::string_view id; ///< Of the row in doc/conformance.md that tests it in depth.
  std::string_view what;
  need needs;

  /// Throws `difference`, or what the library throws, where the kernel differs, and `unfit` where
  /// the check can't be made.
  void (*run)(trial&);
};

// The checks of a subject. All are safe anywhere: nothing is marked but what they have made
// themselves, or the mark is one that must be refused.

[[nodiscard]] std::span<const check> delivery_checks() noexcept;
[[nodiscard]] std::span<const check> ignore_checks() noexcept;
[[nodiscard]] std::span<const check> name_checks() noexcept;
[[nodiscard]] std::span<const check> execution_checks() noexcept;
[[nodiscard]] std::span<const check> process_checks() noexcept;
[[nodiscard]] std::span<const check> reading_checks() noexcept;
[[nodiscard]] std::span<const check> group_refusal_checks() noexcept;
[[nodiscard]] std::span<const check> mark_refusal_checks() noexcept;
[[nodiscard]] std::span<const check> permission_checks() noexcept;
[[nodiscard]] std::span<const check> answer_checks() noexcept;
[[nodiscard]] std::span<const check> closing_checks() noexcept;

/// All of them, in the order of their rows.
[[nodiscard]] std::vector<check> all_checks();

} // namespace fanio::tool

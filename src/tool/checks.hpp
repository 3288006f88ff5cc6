#pragma once

#include "trial.hpp"
#include <fanio/probe.hpp>

#include <span>
#include <string_view>

namespace fanio::tool {

/// One thing that programs rely on.
struct check
{
  std::string_view id; ///< Of the row in doc/conformance.md that tests it in depth.
  std::string_view what;
  std::string_view needs; ///< What `can_run` asks for, in words.
  bool (*can_run)(const probe_report&);
  void (*run)(trial&); ///< Throws what differs.
};

/// All that are safe anywhere: they mark nothing but what they have made themselves.
[[nodiscard]] std::span<const check> all_checks() noexcept;

} // namespace fanio::tool

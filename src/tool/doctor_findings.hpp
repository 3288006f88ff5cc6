#pragma once

#include <fanio/probe.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fanio::tool {

// What a probe has found, in the kernel's words, and what that makes possible.

struct finding
{
  std::string name; ///< "FAN_REPORT_FID"
  support result;
};

struct section
{
  std::string_view key; ///< In JSON.
  std::string_view title;
  std::vector<finding> findings;
};

[[nodiscard]] std::vector<section> sections_of(const probe_report& report);

struct limit
{
  std::string_view name;
  std::optional<std::uint64_t> value;
  std::string_view meaning;
};

[[nodiscard]] std::array<limit, 7> limits_of(const fanotify_limits& limits);

struct privilege
{
  std::string_view name;
  std::optional<bool> held; ///< Absent where nobody tells.
  std::string_view meaning;
};

/// /proc tells what a process may.
[[nodiscard]] std::array<privilege, 4> privileges_of(const privileges& may, bool has_proc);

/// A paragraph, without line breaks.
[[nodiscard]] std::string explain(const probe_report& report, bool has_proc);

} // namespace fanio::tool

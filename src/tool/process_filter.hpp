#pragma once

#include "pattern.hpp"
#include <fanio/event_view.hpp>
#include <fanio/resolve/process_table.hpp>

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace fanio::tool {

/// Whose events are shown. A condition about what is not known of a process is met only where it
/// excludes.
struct process_filter
{
  std::vector<pid_t> pids; ///< Only these, where there are any.
  std::vector<pid_t> ignored_pids;
  std::optional<std::string> command; ///< Its name.
  pattern_filter commands;            ///< Its name.
  pattern_filter programs;            ///< The path of what it executes.
  std::vector<uid_t> users;           ///< Effective.
  std::vector<uid_t> ignored_users;
  pattern_filter cgroups;
  pattern_filter containers;

  /// Whether it takes no more than the pid to know; the others need `admits_process`.
  [[nodiscard]] bool admits_pid(pid_t pid) const;

  /// `p` is what `processes` has just found, or null.
  [[nodiscard]] bool admits_process(const resolve::process* p,
                                    resolve::process_table& processes) const;

  /// Whether it takes `process_table::details`.
  [[nodiscard]] bool needs_details() const noexcept;

  /// Whether some process has to be known for an event to be shown.
  [[nodiscard]] bool needs_processes() const noexcept;
};

} // namespace fanio::tool

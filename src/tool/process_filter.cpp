#include "process_filter.hpp"

#include <algorithm>
#include <string_view>

namespace fanio::tool {

namespace {

bool has(const auto& all, const auto& one)
{
  return std::ranges::find(all, one) != all.end();
}

/// What is not known is matched by no pattern.
bool admits(const pattern_filter& filter, const std::optional<std::string>& text)
{
  return text ? filter.admits(*text) : filter.include.empty();
}

} // namespace

bool process_filter::admits_pid(pid_t pid) const
{
  return (pids.empty() || has(pids, pid)) && !has(ignored_pids, pid);
}

bool process_filter::admits_process(const resolve::process* p,
                                    resolve::process_table& processes) const
{
  const resolve::process unknown{};
  const auto& known = p != nullptr ? *p : unknown;
  if ((command && known.comm != command) || !admits(commands, known.comm))
  {
    return false;
  }
  const bool is_of_these = users.empty() || (known.uid && has(users, *known.uid));
  if (!is_of_these || (known.uid && has(ignored_users, *known.uid)))
  {
    return false;
  }
  if (!needs_details())
  {
    return true;
  }
  const auto& more = processes.details(known);
  return admits(programs, more.exe) && admits(cgroups, more.cgroup) &&
         admits(containers, more.container);
}

bool process_filter::needs_details() const noexcept
{
  return !programs.is_empty() || !cgroups.is_empty() || !containers.is_empty();
}

bool process_filter::needs_processes() const noexcept
{
  return command || !pids.empty() || !users.empty() || !commands.include.empty() ||
         !programs.include.empty() || !cgroups.include.empty() || !containers.include.empty();
}

} // namespace fanio::tool

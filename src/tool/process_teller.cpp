#include "process_teller.hpp"

#include <utility>

namespace fanio::tool {

namespace {

told_process tell_one(const resolve::process& p, resolve::process_table& processes,
                      const line_format& format)
{
  told_process told;
  told.pid = p.pid;
  told.comm = p.comm.value_or("");
  told.uid = p.uid;
  told.gid = p.gid;
  if (format.exe || format.cgroups)
  {
    const auto& more = processes.details(p);
    told.exe = more.exe.value_or("");
    told.cgroup = more.cgroup.value_or("");
    told.container = more.container.value_or("");
  }
  return told;
}

} // namespace

told_process tell_process(const resolve::process* p, pid_t pid, resolve::process_table& processes,
                          const line_format& format)
{
  if (p == nullptr)
  {
    told_process unknown;
    unknown.pid = pid;
    return unknown;
  }
  auto told = tell_one(*p, processes, format);
  if (format.parents)
  {
    for (const auto& parent : processes.ancestors(*p))
    {
      told.parents.push_back(tell_one(parent, processes, format));
    }
  }
  return told;
}

} // namespace fanio::tool

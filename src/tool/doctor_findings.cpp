#include "doctor_findings.hpp"

#include "kernel_names.hpp"

namespace fanio::tool {

namespace {

template <typename T>
std::vector<finding> name_all(const std::vector<probed<T>>& asked)
{
  std::vector<finding> findings;
  findings.reserve(asked.size());
  for (const auto& [what, result] : asked)
  {
    findings.push_back({kernel_name(what), result});
  }
  return findings;
}

std::string explain_privileged(const probe_report& report)
{
  std::string text = "With these privileges all that says yes can be used: fanio trace shows every "
                     "access to the files of this machine, and by which process.";
  text += report.of(event_mask::open_perm) == support::yes
              ? " Permission events can be asked for: a program may allow or deny each access."
              : " This kernel is built without permission events "
                "(CONFIG_FANOTIFY_ACCESS_PERMISSIONS).";
  text += report.of(event_mask::pre_access) == support::yes
              ? " Contents can be filled in before they are read (FAN_PRE_ACCESS)."
              : "";
  return text;
}

std::string explain_unprivileged(const probe_report& report)
{
  std::string text =
      "Without CAP_SYS_ADMIN in the initial user namespace files and directories that this user "
      "can read may be watched, by inode marks in a group with FAN_REPORT_FID. The events have "
      "file handles and names, but neither descriptors nor processes, and permission events are "
      "not to be had. fanio trace DIR works in this way.";
  if (report.privileges.sys_admin)
  {
    text += " As root of a user namespace, filesystems that are mounted in it may be marked too, "
            "since Linux 6.16.";
  }
  return text;
}

std::string explain_without_proc()
{
  return "/proc is not mounted here, which tells the privileges of this process, the groups in use "
         "and the filesystems: mount it (mount -t proc proc /proc) and ask again. What says yes "
         "can "
         "be used, but fanio trace needs /proc for the names of processes and the paths of files.";
}

} // namespace

std::vector<section> sections_of(const probe_report& report)
{
  return {{"groups", "Groups", name_all(report.groups)},
          {"events", "Events", name_all(report.events)},
          {"targets", "Marks: what is marked", name_all(report.targets)},
          {"marks", "Marks: how", name_all(report.marks)},
          {"responses", "Responses to permission events", name_all(report.responses)}};
}

std::array<limit, 7> limits_of(const fanotify_limits& limits)
{
  return {{{"fs.fanotify.max_queued_events", limits.max_queued_events,
            "events in the queue of a group; more are dropped"},
           {"fs.fanotify.max_user_groups", limits.max_user_groups, "groups a user, root too"},
           {"fs.fanotify.max_user_marks", limits.max_user_marks, "marks a user"},
           {"user.max_fanotify_groups", limits.max_namespace_groups,
            "groups a user in this user namespace"},
           {"user.max_fanotify_marks", limits.max_namespace_marks,
            "marks a user in this user namespace"},
           {"fs.fanotify.watchdog_timeout", limits.watchdog_timeout,
            "seconds until a late answer is logged; 0: never"},
           {"RLIMIT_NOFILE", limits.max_descriptors,
            "open files of this process; an event can take two"}}};
}

std::array<privilege, 4> privileges_of(const privileges& may, bool has_proc)
{
  const auto told = [has_proc](bool held) { return has_proc ? std::optional(held) : std::nullopt; };
  return {{{"initial_user_namespace", told(may.in_initial_user_namespace),
            "where capabilities count in full"},
           {"CAP_SYS_ADMIN", told(may.sys_admin), "permission events, descriptors, processes"},
           {"CAP_DAC_READ_SEARCH", told(may.dac_read_search), "opening files by their handle"},
           {"CAP_AUDIT_WRITE", told(may.audit_write), "audit records of responses"}}};
}

std::string explain(const probe_report& report, bool has_proc)
{
  if (!report.in_kernel)
  {
    return "This kernel has no fanotify (CONFIG_FANOTIFY): nothing of this can be used.";
  }
  if (report.of(init_flags::report_fid) != support::yes)
  {
    return "Not even a group without privileges can be opened. Either this user has as many groups "
           "as the limits allow, or this process as many open files, or fanotify_init(2) is "
           "filtered, as in some containers.";
  }
  if (!has_proc)
  {
    return explain_without_proc();
  }
  const auto& may = report.privileges;
  return may.sys_admin && may.in_initial_user_namespace ? explain_privileged(report)
                                                        : explain_unprivileged(report);
}

} // namespace fanio::tool

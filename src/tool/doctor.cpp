#include "doctor.hpp"

#include "kernel_names.hpp"
#include <fanio/probe.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <sys/utsname.h>
#include <unistd.h>

namespace fanio::tool {

namespace json = boost::json;

namespace {

// What was found, in the kernel's words -----------------------------------------------------------

struct finding
{
  std::string name;
  support result;
};

struct section
{
  std::string_view key;
  std::string_view title;
  std::vector<finding> findings;
};

struct limit
{
  std::string_view name;
  std::optional<std::uint64_t> value;
  std::string_view meaning;
};

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

// What that makes possible ------------------------------------------------------------------------

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

std::string explain(const probe_report& report)
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
  const auto& may = report.privileges;
  return may.sys_admin && may.in_initial_user_namespace ? explain_privileged(report)
                                                        : explain_unprivileged(report);
}

// Printing ----------------------------------------------------------------------------------------

std::string kernel_release()
{
  utsname names;
  return ::uname(&names) == 0 ? names.release : "";
}

struct privilege
{
  std::string_view name;
  bool held;
  std::string_view meaning;
};

std::array<privilege, 4> privileges_of(const privileges& may)
{
  return {{{"initial_user_namespace", may.in_initial_user_namespace,
            "where capabilities count in full"},
           {"CAP_SYS_ADMIN", may.sys_admin, "permission events, descriptors, processes"},
           {"CAP_DAC_READ_SEARCH", may.dac_read_search, "opening files by their handle"},
           {"CAP_AUDIT_WRITE", may.audit_write, "audit records of responses"}}};
}

/// Breaks a paragraph into lines.
std::string wrap(const std::string& text)
{
  constexpr std::size_t width = 80;
  std::istringstream words(text);
  std::string out;
  std::size_t column = 0;
  for (std::string word; words >> word; column += word.size())
  {
    const bool fits = column + 1 + word.size() <= width;
    out += column == 0 ? "" : fits ? " " : "\n";
    column = column == 0 || !fits ? 0 : column + 1;
    out += word;
  }
  return out;
}

void print_row(std::string_view name, std::string_view value, std::string_view meaning = "")
{
  std::cout << "  " << std::left << std::setw(30) << name << ' ';
  if (!meaning.empty())
  {
    std::cout << std::setw(12) << value << ' ' << meaning << '\n';
  }
  else
  {
    std::cout << value << '\n';
  }
}

void print_text(const probe_report& report)
{
  std::cout << "fanotify: " << (report.in_kernel ? "yes" : "no") << " (Linux " << kernel_release()
            << ")\n\nPrivileges of user " << ::geteuid() << '\n';
  for (const auto& [name, held, meaning] : privileges_of(report.privileges))
  {
    print_row(name, held ? "yes" : "no", meaning);
  }
  for (const auto& [key, title, findings] : sections_of(report))
  {
    std::cout << '\n' << title << '\n';
    for (const auto& [name, result] : findings)
    {
      print_row(name, to_string(result));
    }
  }
  std::cout << "\nLimits\n";
  for (const auto& [name, value, meaning] : limits_of(report.limits))
  {
    print_row(name, value ? std::to_string(*value) : "not told", meaning);
  }
  std::cout << '\n' << wrap(explain(report)) << '\n';
}

void print_json(const probe_report& report)
{
  json::object root;
  root["in_kernel"] = report.in_kernel;
  root["kernel"] = kernel_release();
  root["uid"] = ::geteuid();
  auto& privileges = root["privileges"].emplace_object();
  for (const auto& [name, held, meaning] : privileges_of(report.privileges))
  {
    privileges[name] = held;
  }
  for (const auto& [key, title, findings] : sections_of(report))
  {
    auto& object = root[key].emplace_object();
    for (const auto& [name, result] : findings)
    {
      object[name] = to_string(result);
    }
  }
  auto& limits = root["limits"].emplace_object();
  for (const auto& [name, value, meaning] : limits_of(report.limits))
  {
    limits[name] = value ? json::value(*value) : json::value(nullptr);
  }
  root["summary"] = explain(report);
  std::cout << json::serialize(root) << '\n';
}

} // namespace

void doctor(bool json)
{
  const auto report = probe();
  json ? print_json(report) : print_text(report);
  if (!std::cout.flush())
  {
    throw std::runtime_error("standard output can't be written");
  }
}

} // namespace fanio::tool

#include "doctor.hpp"

#include "escape.hpp"
#include "kernel_names.hpp"
#include "machine_report.hpp"
#include <fanio/probe.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
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

// The machine -------------------------------------------------------------------------------------

std::string_view class_of(init_flags flags) noexcept
{
  return has_any(flags, init_flags::class_pre_content) ? "pre_content"
         : has_any(flags, init_flags::class_content)   ? "content"
                                                       : "notif";
}

std::size_t count_marks(const group_info& group, mark_target target)
{
  return static_cast<std::size_t>(std::ranges::count(group.marks, target, &mark_info::target));
}

constexpr std::array<std::pair<std::string_view, mark_target>, 4> targets{
    {{"inode", mark_target::inode},
     {"mount", mark_target::mount},
     {"filesystem", mark_target::filesystem},
     {"mntns", mark_target::mntns}}};

/// "2 inode, 1 filesystem"
std::string list_marks(const group_info& group)
{
  std::string text;
  for (const auto& [name, target] : targets)
  {
    if (const auto count = count_marks(group, target); count > 0)
    {
      text += (text.empty() ? "" : ", ") + std::to_string(count) + ' ' + std::string(name);
    }
  }
  return text.empty() ? "none" : text;
}

/// How much of the limits is in use by this user, as far as it is seen.
struct usage
{
  std::size_t groups = 0;
  std::size_t marks = 0;
};

usage usage_of(const std::vector<held_group>& held, uid_t user)
{
  usage sum;
  for (const auto& one : held)
  {
    if (one.uid == user)
    {
      ++sum.groups;
      sum.marks += one.group.marks.size();
    }
  }
  return sum;
}

struct machine
{
  std::vector<held_group> held = find_held_groups(); // before groups are opened to try
  std::vector<filesystem_report> filesystems;
};

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

void print_filesystems(const std::vector<filesystem_report>& filesystems)
{
  const auto word = [](const error_code& ec) { return ec ? "no" : "yes"; };
  std::cout << "\nFilesystems: what can be watched there, and why not\n  " << std::left
            << std::setw(12) << "descriptors" << std::setw(9) << "handles" << std::setw(12)
            << "pre-access" << "where\n";
  for (const auto& f : filesystems)
  {
    const auto where = escape(f.where.point) + " (" + escape(f.where.type) + ")";
    if (!f.is_asked)
    {
      std::cout << "  " << std::setw(33) << "not asked: it may hang" << where << '\n';
      continue;
    }
    std::cout << "  " << std::setw(12) << word(f.descriptors) << std::setw(9) << word(f.handles)
              << std::setw(12) << word(f.pre_access) << where << '\n';
    for (const auto& ec : {f.descriptors, f.handles == f.descriptors ? error_code() : f.handles})
    {
      std::cout << (ec ? "      " + ec.message() + '\n' : "");
    }
  }
}

void print_held(const std::vector<held_group>& held)
{
  const auto own = usage_of(held, ::geteuid());
  std::cout << "\nGroups in use: " << held.size() << " are seen, of this user " << own.groups
            << " with " << own.marks << " marks\n";
  for (const auto& one : held)
  {
    print_row(escape(one.comm) + '(' + std::to_string(one.pid) + ')', class_of(one.group.flags),
              "marks: " + list_marks(one.group));
  }
}

void print_text(const probe_report& report, const machine& here)
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
  print_held(here.held);
  print_filesystems(here.filesystems);
  std::cout << '\n' << wrap(explain(report)) << '\n';
}

json::object to_json(const filesystem_report& f)
{
  const auto answer = [&](const error_code& ec) -> json::value
  {
    return !f.is_asked ? json::value(nullptr)
                       : json::value(ec ? json::string(ec.message()) : json::string("yes"));
  };
  return {{"point", replace_non_utf8(f.where.point)},
          {"type", replace_non_utf8(f.where.type)},
          {"descriptors", answer(f.descriptors)},
          {"handles", answer(f.handles)},
          {"pre_access", answer(f.pre_access)}};
}

json::object to_json(const held_group& one)
{
  json::object marks;
  for (const auto& [name, target] : targets)
  {
    marks[name] = count_marks(one.group, target);
  }
  return {{"pid", one.pid},
          {"comm", replace_non_utf8(one.comm)},
          {"uid", one.uid},
          {"class", class_of(one.group.flags)},
          {"flags", to_string(one.group.flags)},
          {"marks", std::move(marks)}};
}

void print_json(const probe_report& report, const machine& here)
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
  const auto own = usage_of(here.held, ::geteuid());
  root["in_use"] = {{"groups", own.groups}, {"marks", own.marks}};
  auto& held = root["held_groups"].emplace_array();
  std::ranges::transform(here.held, std::back_inserter(held),
                         [](const held_group& one) { return to_json(one); });
  auto& filesystems = root["filesystems"].emplace_array();
  std::ranges::transform(here.filesystems, std::back_inserter(filesystems),
                         [](const filesystem_report& f) { return to_json(f); });
  root["summary"] = explain(report);
  std::cout << json::serialize(root) << '\n';
}

} // namespace

void doctor(bool json)
{
  machine here;
  const auto report = probe();
  const auto& may = report.privileges;
  here.filesystems = examine_filesystems(may.sys_admin && may.in_initial_user_namespace);
  json ? print_json(report, here) : print_text(report, here);
  if (!std::cout.flush())
  {
    throw std::runtime_error("standard output can't be written");
  }
}

} // namespace fanio::tool

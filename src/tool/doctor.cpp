#include "doctor.hpp"

#include "doctor_findings.hpp"
#include "escape.hpp"
#include "machine_report.hpp"
#include <fanio/probe.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iomanip>
#include <iostream>
#include <iterator>
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

// The machine -------------------------------------------------------------------------------------

std::string kernel_release()
{
  utsname names;
  return ::uname(&names) == 0 ? names.release : "";
}

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
  std::vector<filesystem_report> filesystems = examine_filesystems();
  bool has_proc = ::access("/proc/self/status", R_OK) == 0;
};

// As text -----------------------------------------------------------------------------------------

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

/// Why something can't be watched there, each reason once. What this user may nowhere is said at
/// the end.
std::vector<std::string> reasons_of(const filesystem_report& f)
{
  std::vector<std::string> reasons;
  for (const auto& ec : {f.descriptors, f.inode_handles ? f.inode_handles : f.handles})
  {
    if (ec && ec != boost::system::errc::operation_not_permitted &&
        std::ranges::find(reasons, ec.message()) == reasons.end())
    {
      reasons.push_back(ec.message());
    }
  }
  return reasons;
}

void print_filesystems(const std::vector<filesystem_report>& filesystems)
{
  const auto word = [](const error_code& ec) { return ec ? "no" : "yes"; };
  std::cout
      << "\nFilesystems: what can be watched there, and why not; inodes: only by inode marks\n  "
      << std::left << std::setw(12) << "descriptors" << std::setw(9) << "handles" << std::setw(12)
      << "pre-access" << "where\n";
  for (const auto& f : filesystems)
  {
    const auto where = escape(f.where.point) + " (" + escape(f.where.type) + ")";
    if (!f.is_asked)
    {
      std::cout << "  " << std::setw(33) << "not asked: it may hang" << where << '\n';
      continue;
    }
    const auto* const handles = f.handles && !f.inode_handles ? "inodes" : word(f.handles);
    std::cout << "  " << std::setw(12) << word(f.descriptors) << std::setw(9) << handles
              << std::setw(12) << word(f.pre_access) << where << '\n';
    for (const auto& reason : reasons_of(f))
    {
      std::cout << "      " << reason << '\n';
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
  for (const auto& [name, held, meaning] : privileges_of(report.privileges, here.has_proc))
  {
    print_row(name, !held ? "not told" : *held ? "yes" : "no", meaning);
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
  std::cout << '\n' << wrap(explain(report, here.has_proc)) << '\n';
}

// As JSON -----------------------------------------------------------------------------------------

json::object to_json(const filesystem_report& f)
{
  const auto answer = [&](const error_code& ec) -> json::value
  {
    return !f.is_asked ? json::value(nullptr)
                       : json::value(ec ? json::string(ec.message()) : json::string("yes"));
  };
  return {{"point", replace_non_utf8(f.where.point)}, {"type", replace_non_utf8(f.where.type)},
          {"descriptors", answer(f.descriptors)},     {"handles", answer(f.handles)},
          {"inode_handles", answer(f.inode_handles)}, {"pre_access", answer(f.pre_access)}};
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
  for (const auto& [name, held, meaning] : privileges_of(report.privileges, here.has_proc))
  {
    privileges[name] = held ? json::value(*held) : json::value(nullptr);
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
  root["summary"] = explain(report, here.has_proc);
  std::cout << json::serialize(root) << '\n';
}

} // namespace

void doctor(bool json)
{
  const machine here;
  const auto report = probe();
  json ? print_json(report, here) : print_text(report, here);
  if (!std::cout.flush())
  {
    throw std::runtime_error("standard output can't be written");
  }
}

} // namespace fanio::tool

#include "machine_report.hpp"

#include "paths.hpp"
#include <fanio/basic_fanotify_handle.hpp>
#include <fanio/resolve/process_table.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

namespace fanio::tool {

namespace {

namespace fs = std::filesystem;

std::optional<pid_t> pid_of(const fs::path& directory)
{
  const auto name = directory.filename().native();
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  return error == std::errc() && end == name.data() + name.size() ? std::optional(pid)
                                                                  : std::nullopt;
}

/// The groups of one process, which may end meanwhile.
std::vector<group_info> groups_of(const fs::path& process)
{
  std::vector<group_info> groups;
  std::error_code ended;
  auto files = fs::directory_iterator(process / "fdinfo", ended);
  for (; !ended && files != fs::directory_iterator(); files.increment(ended))
  {
    // A descriptor that is closed between open and read is an error of the read (ENOENT), which the
    // iterators of a stream throw and this operator doesn't.
    std::ostringstream text;
    text << std::ifstream(files->path()).rdbuf();
    error_code other;
    if (auto group = parse_group_info(text.str(), other); !other)
    {
      groups.push_back(std::move(group));
    }
  }
  return groups;
}

/// Those that a server answers for: to look at one may take for ever.
bool may_hang(const resolve::mount& m)
{
  constexpr std::array<std::string_view, 6> kinds{"fuse", "nfs", "cifs", "smb", "9p", "ceph"};
  return std::ranges::any_of(kinds, [&](auto kind) { return m.type.starts_with(kind); });
}

/// The mount that another one is on; null at the top of what this process sees.
const resolve::mount* parent_of(const resolve::mount& m, const std::vector<resolve::mount>& all)
{
  const auto found = std::ranges::find(all, m.parent, &resolve::mount::id);
  return found != all.end() && found->id != m.id ? &*found : nullptr;
}

bool is_mounted_on(const resolve::mount& m, const resolve::mount& below,
                   const std::vector<resolve::mount>& all)
{
  const auto* parent = parent_of(m, all);
  while (parent != nullptr && parent->id != below.id)
  {
    parent = parent_of(*parent, all);
  }
  return parent != nullptr;
}

/// Whether its point leads to something else: to what is mounted there, or above, besides.
bool is_hidden(const resolve::mount& m, const std::vector<resolve::mount>& all)
{
  return std::ranges::any_of(all,
                             [&](const resolve::mount& other)
                             {
                               return other.id != m.id && is_at_or_below(m.point, other.point) &&
                                      !is_mounted_on(m, other, all);
                             });
}

/// A group to try marks with.
class trial_group
{
public:
  explicit trial_group(init_flags flags) { group_.open({.flags = flags}, refused_); }

  /// Whether it takes this one.
  error_code try_mark(const std::string& path, event_mask mask, mark_target target)
  {
    auto ec = refused_;
    if (!ec)
    {
      group_.add_mark(path, mask, ec, target);
    }
    if (!ec)
    {
      error_code unmounted;
      group_.remove_mark(path, mask, unmounted, target);
    }
    return ec;
  }

private:
  boost::asio::io_context context_;
  fanotify_handle group_{context_};
  error_code refused_;
};

/// For all filesystems: to close a group takes longer than to mark them all.
struct trial_groups
{
  trial_group descriptors{init_flags::class_notif};
  trial_group handles{init_flags::report_fid};
  trial_group pre_access{init_flags::class_pre_content};
};

filesystem_report examine(resolve::mount m, trial_groups& groups)
{
  filesystem_report report;
  report.where = std::move(m);
  report.is_asked = !may_hang(report.where);
  if (report.is_asked)
  {
    const auto& path = report.where.point;
    constexpr auto open = event_mask::open;
    report.descriptors = groups.descriptors.try_mark(path, open, mark_target::filesystem);
    report.handles = groups.handles.try_mark(path, open, mark_target::filesystem);
    report.inode_handles = groups.handles.try_mark(path, open, mark_target::inode);
    report.pre_access =
        groups.pre_access.try_mark(path, event_mask::pre_access, mark_target::inode);
  }
  return report;
}

bool tells_the_same(const filesystem_report& a, const filesystem_report& b)
{
  return a.where.device == b.where.device && a.is_asked == b.is_asked &&
         a.descriptors == b.descriptors && a.handles == b.handles &&
         a.inode_handles == b.inode_handles && a.pre_access == b.pre_access;
}

} // namespace

std::vector<held_group> find_held_groups()
{
  std::vector<held_group> all;
  resolve::process_table processes;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator("/proc", unreadable))
  {
    const auto pid = pid_of(entry.path());
    if (!pid)
    {
      continue;
    }
    for (auto& group : groups_of(entry.path()))
    {
      const auto* const p = processes.find(*pid);
      all.push_back({.pid = *pid,
                     .comm = p != nullptr ? p->comm.value_or("") : "",
                     .uid = p != nullptr ? p->uid.value_or(0) : 0,
                     .group = std::move(group)});
    }
  }
  std::ranges::sort(all, {}, &held_group::pid);
  return all;
}

std::vector<filesystem_report> examine_filesystems()
{
  trial_groups groups;
  std::vector<filesystem_report> all;
  error_code ignored; // without mounts there is nothing to tell
  const auto mounts = resolve::read_mounts(0, ignored);
  for (const auto& m : mounts)
  {
    if (is_hidden(m, mounts))
    {
      continue;
    }
    auto report = examine(m, groups);
    if (std::ranges::none_of(all,
                             [&report](const auto& told) { return tells_the_same(told, report); }))
    {
      all.push_back(std::move(report));
    }
  }
  return all;
}

} // namespace fanio::tool

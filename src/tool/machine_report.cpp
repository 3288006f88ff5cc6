#include "machine_report.hpp"

#include <fanio/basic_fanotify_handle.hpp>
#include <fanio/resolve/process_table.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>

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
    std::ifstream in(files->path());
    const std::string text(std::istreambuf_iterator<char>(in), {});
    error_code other;
    if (auto group = parse_group_info(text, other); !other)
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

/// Whether a group with these flags takes such a mark, which goes with it at once.
error_code try_mark(boost::asio::io_context& context, init_flags flags, event_mask mask,
                    mark_target target, const std::string& path)
{
  error_code ec;
  fanotify_handle group(context);
  group.open({.flags = flags}, ec);
  if (!ec)
  {
    group.add_mark(path, mask, ec, target);
  }
  return ec;
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

std::vector<filesystem_report> examine_filesystems(bool is_privileged)
{
  const auto target = is_privileged ? mark_target::filesystem : mark_target::inode;
  boost::asio::io_context context;
  std::vector<filesystem_report> all;
  std::set<std::string> devices;
  error_code ignored; // without mounts there is nothing to tell
  for (auto& m : resolve::read_mounts(0, ignored))
  {
    if (!devices.insert(m.device).second)
    {
      continue;
    }
    filesystem_report report;
    report.where = std::move(m);
    if (!may_hang(report.where))
    {
      const auto& path = report.where.point;
      report.is_asked = true;
      report.descriptors =
          try_mark(context, init_flags::class_notif, event_mask::open, target, path);
      report.handles = try_mark(context, init_flags::report_fid, event_mask::open, target, path);
      report.pre_access = try_mark(context, init_flags::class_pre_content, event_mask::pre_access,
                                   mark_target::inode, path);
    }
    all.push_back(std::move(report));
  }
  return all;
}

} // namespace fanio::tool

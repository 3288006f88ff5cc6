#include "mounted_filesystems.hpp"

#include "../sys.hpp"
#include "handle_of.hpp"
#include <fanio/resolve/process_root.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fcntl.h>

namespace fanio::resolve {

namespace {

/// Those that a server answers for, who may not.
bool may_hang(const mount& m) noexcept
{
  constexpr std::array<std::string_view, 6> kinds{"fuse", "nfs", "cifs", "smb", "9p", "ceph"};
  return std::ranges::any_of(kinds,
                             [&m](std::string_view kind) { return m.type.starts_with(kind); });
}

std::string process_directory(pid_t process)
{
  return "/proc/" + (process == 0 ? std::string("self") : std::to_string(process));
}

} // namespace

mounted_filesystems::mounted_filesystems(pid_t process)
    : process_(process),
      prefix_(process == 0 ? "" : join_process_root({process, "/"}).native()),
      changes_(sys::open((process_directory(process) + "/mountinfo").c_str(), O_RDONLY | O_CLOEXEC))
{
  read();
}

void mounted_filesystems::update()
{
  if (sys::poll_changed(changes_.get()) > 0)
  {
    read();
    ++generation_;
  }
}

void mounted_filesystems::let_go() noexcept
{
  for (auto& p : places_)
  {
    p.fd.reset();
  }
}

void mounted_filesystems::read()
{
  error_code ignored; // without mounts nothing is known, and that is told for each path
  std::list<place> hanging;
  places_.clear(); // also of what looks the same: ids and numbers of devices are given again
  for (auto& m : read_mounts(process_, ignored))
  {
    auto& list = may_hang(m) ? hanging : places_;
    list.emplace_back().where = std::move(m);
  }
  places_.splice(places_.end(), hanging);
  add_root();
}

/// A root that is no mount point is a chroot, whose mount is not among those that it shows.
void mounted_filesystems::add_root()
{
  const auto is_root = [](const place& p) { return p.where.point == "/"; };
  if (std::ranges::none_of(places_, is_root))
  {
    auto& where = places_.emplace_front().where;
    where.point = "/";
    where.root = "(of a chroot)"; // not the whole, and there is no more to know
  }
}

void mounted_filesystems::ask(place& p) const
{
  p.is_asked = true;
  const auto path = reach(p.where.point);
  error_code ec;
  const auto root = handle_of(path, ec, &p.opens_handles);
  if (!ec)
  {
    p.root = root;
    p.fs = whole_filesystem(root);
    p.is_usable = true;
  }
}

std::vector<mounted_filesystems::place*> mounted_filesystems::of(const file_handle_view& handle)
{
  const auto whole = whole_filesystem(handle);
  std::vector<place*> found;
  for (auto& p : places_)
  {
    if (!found.empty() && may_hang(p.where))
    {
      break;
    }
    if (!p.is_asked)
    {
      ask(p);
    }
    if (p.is_usable && (p.fs == whole || p.root.fsid() == handle.fsid()))
    {
      const auto by_root = [](const place* one) { return one->where.root.size(); };
      found.insert(std::ranges::upper_bound(found, by_root(&p), {}, by_root), &p);
    }
  }
  return found;
}

} // namespace fanio::resolve

#include "filesystem_marks.hpp"

#include "escape.hpp"
#include <fanio/resolve/handle_of.hpp>

#include <boost/system/system_error.hpp>

#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace fanio::tool {

namespace {

fanotify_handle open_group(const asio::any_io_executor& executor, init_flags flags)
{
  error_code ec;
  fanotify_handle group(executor);
  group.open({.flags = flags | init_flags::report_pidfd}, ec); // 5.15
  if (ec == boost::system::errc::invalid_argument)
  {
    group.open({.flags = flags}, ec);
  }
  if (ec == errc::too_many_descriptors)
  {
    throw boost::system::system_error(ec);
  }
  if (ec && ec != boost::system::errc::invalid_argument)
  {
    throw std::runtime_error(ec.message());
  }
  return group;
}

/// Whether it is on a device, as what a disk wakes up for; zfs has none that is a path.
bool is_on_device(const resolve::mount& m)
{
  return m.type == "zfs" || (m.source.starts_with('/') && ::access(m.source.c_str(), F_OK) == 0);
}

} // namespace

filesystem_marks::filesystem_marks(const asio::any_io_executor& executor,
                                   const trace_options& options)
    : options_(options),
      shown_paths_(std::make_shared<path_filter>()),
      shown_(events_of(options))
{
  open_groups(executor);
  for (const auto& directory : options.directories)
  {
    mark_named(directory, mark_target::inode);
    if (!options.paths.empty()) // else a mark is enough, which follows where its directory goes
    {
      shown_paths_->add_directory(canonical_path(directory));
    }
  }
  for (const auto& path : options.paths)
  {
    mark_named(path, mark_target::filesystem);
    shown_paths_->add(canonical_path(path));
  }
  if (options.current_mount)
  {
    mark_named(".", mark_target::filesystem);
  }
  else if (!options.paths.empty())
  {
    mark_below_paths();
  }
  else if (options.directories.empty())
  {
    mark_devices();
  }
  tell_refused();
}

void filesystem_marks::open_groups(const asio::any_io_executor& executor)
{
  auto by_handles = open_group(executor, init_flags::report_dfid_name_target);
  if (!by_handles.is_open()) // before 5.17
  {
    by_handles = open_group(executor, init_flags::report_dfid_name | init_flags::report_fid);
  }
  // A directory alone does not tell where those go that it is in.
  const bool is_updated =
      options_.directories.empty() && has_all(by_handles.flags(), init_flags::report_target_fid);
  paths_ =
      std::make_shared<resolve::path_resolver>(resolve::path_options{.is_updated = is_updated});
  if (by_handles.is_open())
  {
    by_handles_ =
        std::make_unique<filesystem_watch>(std::move(by_handles), paths_, shown_paths_, shown_);
  }
  by_descriptors_ =
      std::make_unique<filesystem_watch>(open_group(executor, {}), paths_, shown_paths_, shown_);
}

void filesystem_marks::mark_named(const std::string& path, mark_target target)
{
  if (const auto ec = mark(path, target))
  {
    throw std::runtime_error(escape(path) + ": " + ec.message());
  }
}

/// A mark sees no other filesystem: for those that are mounted below a path it is not enough.
void filesystem_marks::mark_below_paths()
{
  error_code unreadable; // then there is none to mark
  for (const auto& m : resolve::read_mounts(0, unreadable))
  {
    if (shown_paths_->admits_below(m.point))
    {
      mark_unnamed(m);
    }
  }
}

void filesystem_marks::mark_devices()
{
  error_code ec;
  const auto mounts = resolve::read_mounts(0, ec);
  for (const auto& m : mounts)
  {
    if (m.point == "/" || is_on_device(m))
    {
      mark_unnamed(m);
    }
  }
  if (marked_.empty())
  {
    throw std::runtime_error(ec ? "/proc/self/mountinfo: " + ec.message()
                             : refused_.empty()
                                 ? "no filesystem is on a device: name what to watch, as fanio "
                                   "trace /, which is everything"
                                 : refused_.begin()->second);
  }
}

void filesystem_marks::mark_unnamed(const resolve::mount& m)
{
  if (marked_.contains(m.device))
  {
    return;
  }
  if (const auto ec = mark(m.point, mark_target::filesystem))
  {
    refused_.emplace(m.device, escape(m.point) + " (" + m.type + "): " + ec.message());
  }
  else
  {
    marked_.insert(m.device);
  }
}

void filesystem_marks::tell_refused() const
{
  for (const auto& [device, why] : refused_)
  {
    if (options_.verbose && !marked_.contains(device))
    {
      std::cerr << "fanio trace: passed over " << why << '\n';
    }
  }
}

error_code filesystem_marks::mark(const std::string& path, mark_target target)
{
  const bool is_tried = by_handles_ && can_open_handles(path);
  error_code ec;
  if (is_tried)
  {
    by_handles_->add(path, target, ec);
  }
  if (is_tried && !ec)
  {
    return ec;
  }
  error_code second;
  by_descriptors_->add(path, target, second);
  return second && is_tried ? ec : second;
}

/// Events with handles are of use only where these lead to paths: overlayfs can't open them, and to
/// open them takes CAP_DAC_READ_SEARCH.
bool filesystem_marks::can_open_handles(const std::string& path)
{
  error_code ec;
  const auto handle = resolve::handle_of(path, ec);
  std::string ignored;
  const auto why = ec ? error_code() : paths_->resolve(handle.view(), "", ignored);
  return why != resolve::errc::no_handles && why != resolve::errc::not_permitted;
}

watches filesystem_marks::take()
{
  watches used;
  for (auto* const one : {&by_handles_, &by_descriptors_})
  {
    if (*one && (*one)->places() != 0)
    {
      used.push_back(std::move(*one));
    }
  }
  return used;
}

std::string canonical_path(const std::string& path)
{
  std::error_code ec;
  auto canonical = std::filesystem::canonical(path, ec).string();
  if (ec)
  {
    throw std::runtime_error(escape(path) + ": " + ec.message());
  }
  return canonical;
}

} // namespace fanio::tool

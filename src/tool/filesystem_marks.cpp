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
  else if (follows_mounts())
  {
    mark_unnamed();
  }
  let_go();
  tell_refused();
}

bool filesystem_marks::follows_mounts() const noexcept
{
  return !options_.current_mount && (!options_.paths.empty() || options_.directories.empty());
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
    by_handles_ = add_group(std::move(by_handles));
  }
  by_descriptors_ = add_group(open_group(executor, {}));
}

filesystem_watch* filesystem_marks::add_group(fanotify_handle group)
{
  auto added = std::make_unique<filesystem_watch>(std::move(group), paths_, shown_paths_, shown_);
  auto* const one = added.get();
  opened_.push_back(std::move(added));
  return one;
}

void filesystem_marks::mark_named(const std::string& path, mark_target target)
{
  std::string loss;
  if (const auto ec = mark(path, target, loss))
  {
    throw std::runtime_error(escape(path) + ": " + ec.message());
  }
  if (!loss.empty())
  {
    std::cerr << "fanio trace: " << escape(path) << ": " << loss << '\n';
  }
  see_by_its_mount(canonical_path(path));
}

/// Of several mounts of a filesystem events are told by that which shows most of it, and here by
/// the one that was named.
void filesystem_marks::see_by_its_mount(const std::string& path)
{
  error_code ec;
  std::string point;
  for (const auto& m : resolve::read_mounts(0, ec))
  {
    const bool holds = m.point == "/" || path == m.point || path.starts_with(m.point + "/");
    if (holds && m.point.size() >= point.size())
    {
      point = m.point;
    }
  }
  const auto handle = resolve::handle_of(point, ec);
  std::string found;
  if (!ec && by_handles_ != nullptr && !paths_->resolve(handle.view(), "", found) && found != point)
  {
    shown_paths_->add_view(found, point);
  }
}

/// A mark sees no other filesystem: for those that are mounted below a path it is not enough.
bool filesystem_marks::is_chosen(const resolve::mount& m) const
{
  return options_.paths.empty() ? m.point == "/" || is_on_device(m)
                                : shown_paths_->admits_tree(m.point);
}

void filesystem_marks::mark_unnamed()
{
  error_code ec;
  marked_.clear();
  refused_.clear();
  for (const auto& m : resolve::read_mounts(0, ec))
  {
    if (is_chosen(m))
    {
      mark_unnamed(m);
    }
  }
  require_a_mark(ec);
}

void filesystem_marks::mark_unnamed(const resolve::mount& m)
{
  if (marked_.contains(m.device))
  {
    return;
  }
  std::string loss;
  if (const auto ec = mark(m.point, mark_target::filesystem, loss))
  {
    refused_.emplace(m.device,
                     "passed over " + escape(m.point) + " (" + m.type + "): " + ec.message());
    return;
  }
  marked_.insert(m.device);
  if (!loss.empty())
  {
    refused_.emplace(m.device, escape(m.point) + " (" + m.type + "): " + loss);
  }
}

void filesystem_marks::require_a_mark(const error_code& unreadable) const
{
  if (by_descriptors_->places() == 0 && (by_handles_ == nullptr || by_handles_->places() == 0))
  {
    throw std::runtime_error(unreadable         ? "/proc/self/mountinfo: " + unreadable.message()
                             : refused_.empty() ? "no filesystem is on a device: name what to "
                                                  "watch, as fanio trace /, which is everything"
                                                : refused_.begin()->second);
  }
}

void filesystem_marks::mark_mounted()
{
  const auto places = [this]
  { return by_descriptors_->places() + (by_handles_ != nullptr ? by_handles_->places() : 0); };
  const auto before = places();
  mark_unnamed();
  let_go();
  if (options_.verbose && places() != before)
  {
    std::cerr << "fanio trace: watching " << places() << " places now\n";
  }
}

void filesystem_marks::tell_refused() const
{
  for (const auto& [device, why] : refused_)
  {
    if (options_.verbose)
    {
      std::cerr << "fanio trace: " << why << '\n';
    }
  }
}

/// `loss` becomes what will not be shown, and why.
error_code filesystem_marks::mark(const std::string& path, mark_target target, std::string& loss)
{
  auto ec = by_handles_ != nullptr ? why_no_handles(path)
                                   : make_error_code(boost::system::errc::function_not_supported);
  if (!ec)
  {
    by_handles_->add(path, target, ec);
  }
  if (!ec)
  {
    return ec;
  }
  error_code second;
  by_descriptors_->add(path, target, second);
  loss = second ? "" : "what comes, goes or is moved will not be shown: " + ec.message();
  return second;
}

/// Events with handles are of use only where these lead to paths: overlayfs can't open them, and to
/// open them takes CAP_DAC_READ_SEARCH.
error_code filesystem_marks::why_no_handles(const std::string& path)
{
  error_code ec;
  const auto handle = resolve::handle_of(path, ec);
  std::string ignored;
  const auto why = ec ? error_code() : paths_->resolve(handle.view(), "", ignored);
  return why == resolve::errc::no_handles || why == resolve::errc::not_permitted ? why
                                                                                 : error_code();
}

/// What was opened to look for handles keeps its filesystem busy.
void filesystem_marks::let_go()
{
  if (by_handles_ != nullptr)
  {
    by_handles_->end_batch();
  }
}

watches filesystem_marks::take()
{
  if (!follows_mounts())
  {
    std::erase_if(opened_, [](const auto& w) { return w->places() == 0; });
  }
  return std::move(opened_);
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

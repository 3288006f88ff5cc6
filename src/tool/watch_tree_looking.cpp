#include "escape.hpp"
#include "watch_events.hpp"
#include "watch_tree.hpp"
#include <fanio/resolve/handle_of.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <utility>

#include <fcntl.h>

namespace fanio::tool {

// Directories that are looked into: those that are there, and those that come.

namespace {

namespace sys_errc = boost::system::errc;

} // namespace

void watch_tree::look_into(const watch_root& r)
{
  if (!r.is_directory || scope_.whole_filesystems)
  {
    return;
  }
  error_code ec;
  auto directory = open_directory(AT_FDCWD, r.path.c_str(), true, ec);
  ec ? tell_trouble(r.given, ec) : look_into(std::move(directory), r.path, nullptr);
}

/// What is found is told where there is a sink for it.
void watch_tree::look_into(unique_fd directory, const std::string& path, const sink* found)
{
  walk_steps steps{.visit = [this, found](const walked_entry& entry)
                   { return visit(entry, found); },
                   .on_error = [this](const std::string& where, const error_code& ec)
                   { tell_trouble(where, ec); },
                   .before = nullptr,
                   .after = nullptr};
  // To read a directory makes events, and with very many of them the queue overflows: what is lost
  // is looked for by reading them all.
  if (!marks_filesystems_ && !is_empty(events_of_reading()))
  {
    steps.before = [this](int fd, const file_handle& handle, const std::string&)
    { leave_reading_out(fd, handle); };
    steps.after = [this](int fd, const file_handle& handle, const std::string& where)
    { mark_reading(fd, handle, where); };
  }
  walk_directory(std::move(directory), path, steps);
}

/// Those that are asked for and that reading a directory makes.
event_mask watch_tree::events_of_reading() const noexcept
{
  return scope_.events & (event_mask::open | event_mask::access | event_mask::close_nowrite);
}

bool watch_tree::is_marked(const file_handle& directory) const
{
  return marked_.contains(directory) || std::ranges::any_of(roots_.all(), [&](const watch_root& r)
                                                            { return r.handle == directory; });
}

void watch_tree::leave_reading_out(int fd, const file_handle& handle)
{
  if (is_marked(handle))
  {
    error_code none; // a mark without these
    group_.remove_mark({fd, "."}, events_of_reading(), none);
  }
}

void watch_tree::mark_reading(int fd, const file_handle& handle, const std::string& path)
{
  error_code ec;
  if (is_marked(handle))
  {
    group_.add_mark({fd, "."}, events_of_reading() | event_mask::event_on_child | event_mask::ondir,
                    ec);
  }
  if (ec)
  {
    tell_trouble(path, ec);
  }
}

/// Whether to look into it.
bool watch_tree::visit(const walked_entry& entry, const sink* found)
{
  if (roots_.is_excluded(entry.path))
  {
    return false;
  }
  if (entry.handle != nullptr)
  {
    resolver_.learn(entry.directory, entry.name, *entry.handle);
  }
  const bool is_entered = entry.handle != nullptr && scope_.recursive;
  if (is_entered && !marks_filesystems_)
  {
    // Before it is listed: what comes later is told by the kernel.
    mark(entry.fd, *entry.handle, entry.path);
  }
  if (is_entered && found == nullptr && news_.watching)
  {
    news_.watching(entry.path + "/");
  }
  if (found != nullptr)
  {
    tell_found(entry, *found);
  }
  return is_entered;
}

void watch_tree::tell_found(const walked_entry& entry, const sink& found)
{
  found_.emplace(entry.directory, entry.name);
  const auto kind = entry.handle != nullptr ? event_mask::ondir : event_mask::none;
  if (has_any(scope_.events, event_mask::create))
  {
    const auto end = entry.path.size() - entry.name.size();
    path_event told;
    told.events = event_mask::create | kind;
    told.directory = std::string_view(entry.path).substr(0, end);
    told.name = entry.name;
    found(told, nullptr);
  }
}

/// A directory came into the tree. Where filesystems are marked, or it was moved inside, all is
/// known already.
void watch_tree::welcome(const event_view& e, const sink& found)
{
  const bool is_new = has_any(e.mask(), event_mask::create);
  if (!scope_.recursive || marks_filesystems_ || !e.fid())
  {
    return;
  }
  const file_handle handle(*e.fid());
  if (!marked_.contains(handle))
  {
    const auto at = strangers_.try_emplace(handle, is_new).first;
    if (adopt(at->first, at->second, found))
    {
      strangers_.erase(at);
    }
  }
}

/// Looks into a directory that came. False if it can't be found yet: it or a directory above it was
/// renamed, and that is still queued.
bool watch_tree::adopt(const file_handle& handle, bool is_new, const sink& found)
{
  std::string path;
  if (resolver_.resolve(handle, "", path))
  {
    return false;
  }
  if (resolver_.is_deleted())
  {
    return true;
  }
  auto shown = path;
  if (!roots_.locate(shown) || roots_.is_excluded(shown))
  {
    return true;
  }
  error_code ec;
  auto directory = open_directory(AT_FDCWD, path.c_str(), false, ec);
  const bool is_it = !ec && resolve::handle_of(directory.get(), ec) == handle && !ec;
  if (ec == sys_errc::permission_denied || ec == sys_errc::filename_too_long)
  {
    tell_trouble(shown, ec);
    return true;
  }
  if (!is_it)
  {
    return false;
  }
  mark(directory.get(), handle, shown);
  look_into(std::move(directory), shown, is_new ? &found : nullptr);
  return true;
}

void watch_tree::mark(int fd, const file_handle& handle, const std::string& path)
{
  const auto later = events_of_reading(); // when it has been read
  error_code ec;
  group_.add_mark(
      location::of_fd(fd),
      (marked_events(resolve::tree_events_by_moves) & ~later) | event_mask::event_on_child, ec);
  if (ec)
  {
    tell_trouble(path, ec);
    return;
  }
  marked_.insert(handle);
}

} // namespace fanio::tool

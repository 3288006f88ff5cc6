#include "watch_tree.hpp"

#include "escape.hpp"
#include "watch_events.hpp"
#include <fanio/error.hpp>
#include <fanio/resolve/handle_of.hpp>
#include <fanio/resolve/mount_table.hpp>

#include <boost/system/errc.hpp>

#include <filesystem>
#include <stdexcept>

#include <fcntl.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

namespace sys_errc = boost::system::errc;

/// What happens to a path that was named: after it there may be nothing to watch.
constexpr auto fates = event_mask::delete_self | event_mask::move_self;

constexpr auto without_directory = event_mask::all_dirent | event_mask::ondir;
constexpr auto arrivals = event_mask::create | event_mask::moved_to;
constexpr auto departures = event_mask::delete_ | event_mask::moved_from;

/// More than a tree of this size is remembered in some other way, or not watched at all.
constexpr std::size_t max_directories = 10'000'000;

/// What an event on a named path itself is told as.
std::string own_name(const watch_root& r)
{
  return !r.is_directory ? r.given : r.path.ends_with('/') ? r.path : r.path + "/";
}

} // namespace

watch_tree::watch_tree(const asio::any_io_executor& executor, const watch_scope& scope, notice tell)
    : scope_(scope),
      tell_(std::move(tell)),
      own_pid_(::getpid()),
      group_(executor),
      roots_(scope),
      resolver_({.max_directories = max_directories})
{
  open_group(executor);
  marks_filesystems_ =
      is_privileged_ && (scope_.recursive || scope_.whole_filesystems) && mark_filesystems();
  mark_roots();
  learn_roots();
}

// Marks -------------------------------------------------------------------------------------------

void watch_tree::open_group(const asio::any_io_executor& executor)
{
  group_ = fanotify_handle(executor);
  const auto flags = init_flags::report_dfid_name_target;
  // A filesystem has many events besides those that are wanted: a limit would be theirs to fill.
  const auto unlimited = init_flags::unlimited_queue | init_flags::unlimited_marks;
  error_code ec;
  group_.open({.flags = flags | unlimited |
                        (scope_.processes ? init_flags::report_pidfd : init_flags::class_notif)},
              ec);
  is_privileged_ = !ec;
  if (ec == sys_errc::operation_not_permitted)
  {
    group_.open({.flags = flags}, ec);
    tell_(std::string("Not privileged: every directory is marked, files in new directories may be "
                      "told as created only") +
          (scope_.processes ? "; the kernel does not tell the processes" : ""));
  }
  if (ec)
  {
    throw std::runtime_error(ec.message());
  }
}

event_mask watch_tree::marked_events() const noexcept
{
  return (scope_.events & ~unmounted) | resolve::tree_events | fates | event_mask::ondir;
}

/// False where one of them can't be marked, or a handle of it not be opened: then directories are.
bool watch_tree::mark_filesystems()
{
  for (const auto& r : roots_.all())
  {
    if (!r.is_directory && !scope_.whole_filesystems)
    {
      continue;
    }
    error_code ec;
    group_.add_mark(r.path, marked_events(), ec, mark_target::filesystem);
    if (ec && scope_.whole_filesystems)
    {
      throw std::runtime_error(escape(r.given) + ": " + ec.message());
    }
    if (ec)
    {
      tell_trouble(r.given, ec);
      return false;
    }
    mark_mounts_below(r);
  }
  return true;
}

/// A mark sees no other filesystem: for those that are mounted below it is not enough.
void watch_tree::mark_mounts_below(const watch_root& r)
{
  error_code ec;
  for (const auto& m : resolve::read_mounts(0, ec))
  {
    const bool is_below = is_at_or_below(m.point, r.path) && m.point != r.path;
    if (is_below && !scope_.whole_filesystems && !roots_.is_excluded(m.point) &&
        tried_mounts_.insert(m.point).second)
    {
      error_code refused;
      group_.add_mark(m.point, marked_events(), refused, mark_target::filesystem);
      if (refused)
      {
        tell_trouble(m.point, refused);
      }
    }
  }
}

void watch_tree::mark_roots()
{
  for (const auto& r : roots_.all())
  {
    if (marks_filesystems_ && (r.is_directory || scope_.whole_filesystems))
    {
      continue;
    }
    // Directory entry events need a directory (EINVAL).
    const auto events = r.is_directory ? marked_events() | event_mask::event_on_child
                                       : marked_events() & ~without_directory;
    error_code ec;
    group_.add_mark(r.path, events, ec, mark_target::inode,
                    scope_.follow_links ? mark_flags::none : mark_flags::dont_follow);
    if (ec)
    {
      throw std::runtime_error(escape(r.given) + ": " + ec.message());
    }
  }
}

/// Renames of a root and above are seen only where the filesystem is marked; there its place must
/// not be learnt by path, which would stay.
void watch_tree::learn_roots()
{
  resolver_.update_mounts();
  for (auto& r : roots_.all())
  {
    const auto path =
        r.is_directory ? r.path : std::filesystem::path(r.path).parent_path().native();
    const auto& handle = r.handle;
    r.found = r.path;
    error_code ec;
    if (!r.is_directory || !marks_filesystems_ || resolver_.resolve(handle, "", r.found))
    {
      r.found = r.path;
      if (!scope_.recursive || !roots_.is_inner(r))
      {
        resolver_.learn(path, ec);
      }
    }
    look_into(r);
  }
  resets_ = resolver_.stats().resets;
  resolver_.update_mounts(); // lets go of what would keep a filesystem from being unmounted
}

void watch_tree::tell_trouble(const std::string& path, const error_code& why) const
{
  tell_("Not watched: " + escape(path) + ": " + why.message());
}

// Looking -----------------------------------------------------------------------------------------

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
  walk_directory(
      std::move(directory), path,
      [this, found](const walked_entry& entry) { return visit(entry, found); },
      [this](const std::string& where, const error_code& ec) { tell_trouble(where, ec); });
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
  if (entry.handle != nullptr && scope_.recursive && !marks_filesystems_)
  {
    // Before it is listed: what comes later is told by the kernel.
    mark(entry.fd, *entry.handle, entry.path);
  }
  if (found != nullptr)
  {
    tell_found(entry, *found);
  }
  return entry.handle != nullptr && scope_.recursive;
}

void watch_tree::tell_found(const walked_entry& entry, const sink& found)
{
  found_.emplace(entry.directory, entry.name);
  const auto kind = entry.handle != nullptr ? event_mask::ondir : event_mask::none;
  if (has_any(scope_.events, event_mask::create))
  {
    const auto end = entry.path.size() - entry.name.size();
    found({.events = event_mask::create | kind,
           .directory = std::string_view(entry.path).substr(0, end),
           .name = entry.name},
          nullptr);
  }
}

/// A directory came into the tree. Where it was moved inside, all is known already.
void watch_tree::welcome(const event_view& e, const sink& found)
{
  const bool is_new = has_any(e.mask(), event_mask::create);
  if (!scope_.recursive || !e.fid())
  {
    return;
  }
  const file_handle handle(*e.fid());
  const bool is_known =
      marks_filesystems_ ? is_new || handle == last_departed_ : marked_.contains(handle);
  if (!is_known)
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
    return marks_filesystems_; // on its way: where it has come to is queued
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
  const bool is_it = !ec && handle_of_descriptor(directory.get(), ec) == handle && !ec;
  if (ec == sys_errc::permission_denied || ec == sys_errc::filename_too_long)
  {
    tell_trouble(shown, ec);
    return true;
  }
  if (!is_it)
  {
    return marks_filesystems_;
  }
  if (!marks_filesystems_)
  {
    mark(directory.get(), handle, shown);
  }
  look_into(std::move(directory), shown, is_new ? &found : nullptr);
  return true;
}

void watch_tree::mark(int fd, const file_handle& handle, const std::string& path)
{
  error_code ec;
  group_.add_mark(location::of_fd(fd), marked_events() | event_mask::event_on_child, ec);
  if (ec)
  {
    tell_trouble(path, ec);
    return;
  }
  marked_.insert(handle);
}

// Events ------------------------------------------------------------------------------------------

void watch_tree::translate(const event_view& e, const sink& found)
{
  if (e.is_overflow())
  {
    resolver_.update(e);
    found({.events = e.mask()}, &e);
    return;
  }
  // Neither looking into directories nor writing the lines may make more lines.
  if (e.pid() == own_pid_)
  {
    return;
  }
  follow(e);
  auto* const r = roots_.of(e);
  if (r != nullptr)
  {
    note_fate(*r, e.mask());
  }
  const bool was_found = e.dfid() && has_any(e.mask(), event_mask::create) &&
                         found_.contains({file_handle(*e.dfid()), std::string(*e.name())});
  path_event told{.events = shown_events(e, r != nullptr), .pid = e.pid()};
  if (!is_empty(told.events & ~event_mask::all_modifiers) && locate(e, r, told))
  {
    tell_in_order(told, e, found);
  }
  if (e.is_directory() && has_any(e.mask(), event_mask::moved_from) && e.fid())
  {
    last_departed_ = file_handle(*e.fid());
  }
  if (e.is_directory() && has_any(e.mask(), arrivals) && !was_found)
  {
    welcome(e, found);
  }
  if (e.is_directory() && has_any(e.mask(), event_mask::delete_self) && e.dfid())
  {
    marked_.erase(file_handle(*e.dfid()));
  }
}

/// Keeps the places of directories at the time of the events.
void watch_tree::follow(const event_view& e)
{
  resolver_.update(e);
  follow_roots(e);
  // One event that tells that a directory came and went: the kernel merges them while they are
  // queued. What happened in it is behind this one, and happened here; unless it was moved away and
  // back, or to where nobody looks.
  const bool is_merged = e.is_directory() && e.dfid() && e.fid() && has_any(e.mask(), arrivals) &&
                         has_any(e.mask(), departures);
  const bool moved_away = has_any(e.mask(), event_mask::moved_from);
  const bool was_here =
      !moved_away || (marks_filesystems_ && !has_any(e.mask(), event_mask::moved_to));
  if (is_merged && was_here)
  {
    resolver_.learn(*e.dfid(), *e.name(), *e.fid());
  }
  // Who can't ask where it is has to look for it.
  is_unsure_ = is_unsure_ || (is_merged && !was_here && !marks_filesystems_);
}

/// The kernel merges what happens to one file, and programs look for CREATE alone: what comes is
/// told before what is done with it, and what goes behind. Where it came and went by renames the
/// order is not known, nor told.
void watch_tree::tell_in_order(path_event told, const event_view& e, const sink& found)
{
  const auto modifiers = told.events & event_mask::all_modifiers;
  const auto events = told.events & ~event_mask::all_modifiers;
  const auto first = (events & event_mask::move) == event_mask::move ? event_mask::none : arrivals;
  const auto last = departures | event_mask::delete_self | (arrivals & ~first);
  for (const auto part : {events & first, events & ~first & ~last, events & last})
  {
    if (!is_empty(part))
    {
      told.events = part | modifiers;
      found(told, &e);
    }
  }
}

/// Those that were asked for, and weren't told yet.
event_mask watch_tree::shown_events(const event_view& e, bool is_root)
{
  auto events = e.mask() & (scope_.events | event_mask::ondir);
  // A filesystem has more of these than the directories of it would have.
  if (!is_root && !e.is_directory())
  {
    events &= ~fates;
  }
  if (e.dfid() && e.name() && !found_.empty() && has_any(e.mask(), arrivals | departures))
  {
    const bool was_told = found_.erase({file_handle(*e.dfid()), std::string(*e.name())}) != 0;
    events &= was_told ? ~event_mask::create : ~event_mask::none;
  }
  return events;
}

/// Where it happened; false if that is not to be shown.
bool watch_tree::locate(const event_view& e, const watch_root* r, path_event& told)
{
  const bool has_name = e.name() && e.name() != ".";
  const auto directory = e.dfid() ? e.dfid() : e.is_directory() ? e.fid() : std::nullopt;
  const bool is_known = directory && !resolver_.resolve(*directory, "", directory_);
  const bool is_file = r != nullptr && !r->is_directory;
  if (is_known && (roots_.locate(directory_) || is_file || scope_.whole_filesystems))
  {
    directory_ += directory_.ends_with('/') ? "" : "/";
    told.name = has_name ? *e.name() : std::string_view();
    told.directory = directory_;
  }
  else if (r != nullptr)
  {
    directory_ = own_name(*r);
    told.name = has_name && r->is_directory ? *e.name() : std::string_view();
    told.directory = directory_;
    return true;
  }
  else if (scope_.whole_filesystems && has_name)
  {
    told.name = *e.name();
    return true;
  }
  else
  {
    return false;
  }
  if (is_file)
  {
    return true;
  }
  return !roots_.is_excluded(directory_ + std::string(told.name)) &&
         !roots_.is_excluded(std::string_view(directory_).substr(0, directory_.size() - 1));
}

/// A root, or what it is in, may be elsewhere now.
void watch_tree::follow_roots(const event_view& e)
{
  if (!marks_filesystems_ || !e.is_directory() || !has_any(e.mask(), event_mask::moved_to))
  {
    return;
  }
  std::string now;
  for (auto& r : roots_.all())
  {
    if (r.is_directory && !resolver_.resolve(r.handle, "", now) && now != r.found)
    {
      r.found = now;
      r.path = now;
    }
  }
}

void watch_tree::note_fate(watch_root& r, event_mask events)
{
  const auto news = events & fates & ~r.fate;
  r.fate |= news;
  if (has_any(news, event_mask::move_self) && !marks_filesystems_)
  {
    tell_(escape(r.given) + " was moved: it is shown as it was named");
  }
}

void watch_tree::leave_gone_roots()
{
  std::erase_if(roots_.all(),
                [this](const watch_root& r)
                {
                  const bool is_gone = has_any(r.fate, event_mask::delete_self);
                  if (is_gone)
                  {
                    tell_(escape(r.given) + " is gone");
                  }
                  return is_gone;
                });
}

/// fanotify does not tell that a filesystem was unmounted: its marks are gone, that is all.
void watch_tree::leave_unmounted_roots(const sink& found)
{
  const auto is_unmounted = [this, &found](const watch_root& r)
  {
    if (resolver_.resolve(r.handle, "", directory_) != resolve::errc::unknown_filesystem)
    {
      return false;
    }
    tell_(escape(r.given) + " was unmounted");
    if (has_any(scope_.events, unmounted))
    {
      directory_ = own_name(r);
      found({.events = unmounted | (r.is_directory ? event_mask::ondir : event_mask::none),
             .directory = directory_},
            nullptr);
    }
    return true;
  };
  std::erase_if(roots_.all(), is_unmounted);
}

/// All was forgotten, or something lost.
void watch_tree::look_again()
{
  is_unsure_ = false;
  for (const auto& r : roots_.all())
  {
    if (marks_filesystems_)
    {
      mark_mounts_below(r);
    }
  }
  learn_roots();
}

void watch_tree::settle(const sink& found)
{
  resolver_.update_mounts();
  std::erase_if(strangers_,
                [this, &found](const auto& one) { return adopt(one.first, one.second, found); });
  error_code closed;
  const bool is_quiet = group_.queued(closed) == 0;
  const bool was_reset = resolver_.stats().resets != resets_;
  if (is_quiet)
  {
    found_.clear();
    is_unsure_ = is_unsure_ || !strangers_.empty();
    strangers_.clear();
  }
  if (was_reset)
  {
    leave_unmounted_roots(found);
  }
  if (was_reset || (is_quiet && is_unsure_))
  {
    look_again();
  }
  leave_gone_roots();
}

} // namespace fanio::tool

#include "watch_tree.hpp"

#include "escape.hpp"
#include "paths.hpp"
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

/// At most 300 MB. Where filesystems are marked those that are not watched are known too, and take
/// their place.
constexpr std::size_t max_directories = 1'000'000;

/// Events that a mark on anything else refuses (EINVAL, ENOTDIR).
constexpr auto without_directory = event_mask::all_dirent | event_mask::ondir;

} // namespace

watch_tree::watch_tree(const asio::any_io_executor& executor, const watch_scope& scope,
                       watch_news news)
    : scope_(scope),
      news_(std::move(news)),
      own_pid_(::getpid()),
      group_(executor),
      roots_(scope),
      resolver_({.max_directories = max_directories})
{
  open_group(executor);
  // NOLINTNEXTLINE(cppcoreguidelines-prefer-member-initializer): it takes the group
  marks_filesystems_ =
      is_privileged_ && (scope_.recursive || scope_.whole_filesystems) && mark_filesystems();
  mark_roots();
  learn_roots();
}

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
    refuse_what_needs_privileges();
    group_.open({.flags = flags}, ec);
    news_.tell(
        std::string("Not privileged: every directory is marked, files in new directories may be "
                    "told as created only") +
        (scope_.processes ? "; the kernel does not tell the processes" : ""));
  }
  if (ec)
  {
    throw std::runtime_error(ec.message());
  }
}

/// Rather than less than what was asked for, under the same name.
void watch_tree::refuse_what_needs_privileges() const
{
  if (scope_.whole_filesystems)
  {
    throw std::runtime_error("not privileged: a whole filesystem can't be watched; without -S the "
                             "paths are, with -r all that is below them, or run it as root");
  }
  if (scope_.needs_processes)
  {
    throw std::runtime_error("not privileged: the kernel does not tell the processes, so nothing "
                             "can be counted by them; count by path or by directory, or run it as "
                             "root");
  }
}

event_mask watch_tree::marked_events(event_mask of_tree) const noexcept
{
  const auto told_by_rename =
      has_any(of_tree, event_mask::rename) ? event_mask::move : event_mask::none;
  return (scope_.events & ~(unmounted | told_by_rename)) | of_tree | fates | event_mask::ondir;
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
    group_.add_mark(r.path, marked_events(resolve::tree_events), ec, mark_target::filesystem);
    if (ec && scope_.whole_filesystems)
    {
      throw std::runtime_error(escape(r.given) + ": " + ec.message());
    }
    if (ec)
    {
      news_.tell("The filesystem of " + escape(r.given) +
                 " can't be marked, so every directory is, and files in new directories may be "
                 "told as created only: " +
                 ec.message());
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
      group_.add_mark(m.point, marked_events(resolve::tree_events), refused,
                      mark_target::filesystem);
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
    const auto of_directory = marked_events(resolve::tree_events_by_moves);
    const auto events = r.is_directory ? of_directory | event_mask::event_on_child
                                       : of_directory & ~without_directory;
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
  resolver_.end_batch(group_);
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
    tell_watching(r);
    look_into(r);
  }
  upsets_ = count_upsets();
  resolver_.end_batch(group_); // lets go of what would keep a filesystem from being unmounted
}

std::uint64_t watch_tree::count_upsets() const noexcept
{
  const auto stats = resolver_.stats();
  return stats.resets + stats.mount_changes;
}

void watch_tree::tell_watching(const watch_root& r) const
{
  if (news_.watching)
  {
    news_.watching(r.is_directory ? own_name(r) : r.path);
  }
}

void watch_tree::tell_trouble(const std::string& path, const error_code& why) const
{
  news_.tell("Not watched: " + escape(path) + ": " + why.message());
}

void watch_tree::leave_gone_roots()
{
  std::erase_if(roots_.all(),
                [this](const watch_root& r)
                {
                  const bool is_gone = has_any(r.fate, event_mask::delete_self);
                  if (is_gone)
                  {
                    news_.tell(escape(r.given) + " is gone");
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
    news_.tell(escape(r.given) + " was unmounted");
    if (has_any(scope_.events, unmounted))
    {
      directory_ = own_name(r);
      path_event told;
      told.events = unmounted | (r.is_directory ? event_mask::ondir : event_mask::none);
      told.directory = directory_;
      found(told, nullptr);
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
  resolver_.end_batch(group_);
  std::erase_if(strangers_,
                [this, &found](const auto& one) { return adopt(one.first, one.second, found); });
  const bool awaits_quiet =
      is_unsure_ || !found_.empty() || !strangers_.empty() || !departed_.empty();
  error_code closed;
  const bool is_quiet = awaits_quiet && group_.queued(closed) == 0;
  const bool was_reset = count_upsets() != upsets_;
  if (is_quiet)
  {
    found_.clear();
    is_unsure_ = is_unsure_ || !strangers_.empty() || !departed_.empty();
    strangers_.clear();
    departed_.clear();
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

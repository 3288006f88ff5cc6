#include "escape.hpp"
#include "watch_events.hpp"
#include "watch_tree.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace fanio::tool {

// What events say: where directories are, and what is told.

void watch_tree::translate(const event_view& e, const sink& found)
{
  if (e.is_overflow())
  {
    resolver_.update(e);
    path_event told;
    told.events = e.mask();
    found(told, &e);
    return;
  }
  // Neither looking into directories nor writing the lines may make more lines.
  if (e.pid() == own_pid_)
  {
    resolver_.update(e); // which counts what was queued when it looked
    return;
  }
  if (has_any(e.mask(), event_mask::rename))
  {
    translate_rename(e, found);
    return;
  }
  follow(e);
  auto* const r = roots_.of(e);
  if (r != nullptr)
  {
    note_fate(*r, e.mask());
  }
  const bool was_found = !found_.empty() && e.dfid() && has_any(e.mask(), event_mask::create) &&
                         found_.contains({file_handle(*e.dfid()), std::string(*e.name())});
  path_event told;
  told.events = shown_events(e, r != nullptr);
  told.pid = e.pid();
  if (!is_empty(told.events & ~event_mask::all_modifiers) &&
      locate(e.dfid() || !e.is_directory() ? e.dfid() : e.fid(), e.name(), r, told))
  {
    tell_in_order(told, e, found);
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

/// As the two events that inotify has for it.
void watch_tree::translate_rename(const event_view& e, const sink& found)
{
  const auto tell_side = [&](event_mask side, const std::optional<file_handle_view>& directory,
                             const std::optional<std::string_view>& name)
  {
    path_event told;
    told.events = side | (e.mask() & event_mask::ondir);
    told.pid = e.pid();
    if (has_any(scope_.events, side) && locate(directory, name, nullptr, told))
    {
      found(told, &e);
    }
  };
  tell_side(event_mask::moved_from, e.old_dfid(), e.old_name());
  follow(e);
  tell_side(event_mask::moved_to, e.new_dfid(), e.new_name());
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
  const bool was_here = !has_any(e.mask(), event_mask::moved_from);
  if (is_merged && was_here)
  {
    resolver_.learn(*e.dfid(), *e.name(), *e.fid());
  }
  // It may have been found in its new place already, where nothing is told of it: what is looked
  // at is later than what is told.
  if (!marks_filesystems_ && e.is_directory() && e.fid() && has_any(e.mask(), event_mask::move))
  {
    const file_handle moved(*e.fid());
    if (has_any(e.mask(), event_mask::moved_to))
    {
      departed_.erase(moved);
    }
    else
    {
      departed_.insert(moved);
    }
  }
  // Who can't ask where it is has to look for it.
  is_unsure_ = is_unsure_ || (is_merged && !was_here);
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
bool watch_tree::locate(const std::optional<file_handle_view>& directory,
                        const std::optional<std::string_view>& name, const watch_root* r,
                        path_event& told)
{
  const bool has_name = name && name != ".";
  const bool is_known = directory && !resolver_.resolve(*directory, "", directory_);
  const bool is_file = r != nullptr && !r->is_directory;
  if (is_known && (roots_.locate(directory_) || is_file || scope_.whole_filesystems))
  {
    directory_ += directory_.ends_with('/') ? "" : "/";
    told.name = has_name ? *name : std::string_view();
    told.directory = directory_;
  }
  else if (r != nullptr)
  {
    directory_ = own_name(*r);
    told.name = has_name && r->is_directory ? *name : std::string_view();
    told.directory = directory_;
    return true;
  }
  else if (scope_.whole_filesystems && has_name)
  {
    told.name = *name;
    return true;
  }
  else
  {
    return false;
  }
  if (is_file || !roots_.has_exclusions())
  {
    return true;
  }
  return !roots_.is_excluded(directory_ + std::string(told.name)) &&
         !roots_.is_excluded(std::string_view(directory_).substr(0, directory_.size() - 1));
}

/// A root, or what it is in, may be elsewhere now.
void watch_tree::follow_roots(const event_view& e)
{
  if (!marks_filesystems_ || !e.is_directory() || !has_any(e.mask(), event_mask::rename))
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
    news_.tell(escape(r.given) + " was moved: it is shown as it was named");
  }
}

} // namespace fanio::tool

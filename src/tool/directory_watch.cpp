#include "directory_watch.hpp"

#include "escape.hpp"
#include <fanio/resolve/handle_of.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace fanio::tool {

namespace {

constexpr auto default_events = event_mask::open | event_mask::close | event_mask::modify |
                                event_mask::open_exec | event_mask::create | event_mask::delete_ |
                                event_mask::move | event_mask::attrib;

/// What is told of a place itself. Always watched: after it the place has no name or no events.
constexpr auto fates = event_mask::delete_self | event_mask::move_self;

std::string join(const std::string& directory, std::string_view name)
{
  return directory + (directory.ends_with('/') ? "" : "/") + std::string(name);
}

} // namespace

directory_watch::directory_watch(fanotify_handle group, const trace_options& options)
    : watch(std::move(group)),
      shown_(options.events.value_or(default_events))
{
  if (options.paths.empty())
  {
    add(".");
  }
  for (const auto& path : options.paths)
  {
    add(path);
  }
}

void directory_watch::add(const std::string& path)
{
  error_code ec;
  group().add_mark(path, shown_ | fates | event_mask::event_on_child | event_mask::ondir, ec);
  const auto handle = ec ? file_handle() : resolve::handle_of(path, ec);
  if (ec)
  {
    throw std::runtime_error(escape(path) + ": " + ec.message());
  }
  places_.push_back({path, handle});
  remember_directories_in(path);
}

void directory_watch::remember_directories_in(const std::string& path)
{
  std::error_code ignored; // what can't be listed can't be remembered; a file has none
  for (std::filesystem::directory_iterator entry(path, ignored), end; entry != end;
       entry.increment(ignored))
  {
    if (entry->symlink_status(ignored).type() == std::filesystem::file_type::directory)
    {
      remember_directory(join(path, entry->path().filename().native()));
    }
  }
}

void directory_watch::remember_directory(const std::string& path)
{
  error_code ec;
  const auto handle = resolve::handle_of(path, ec);
  if (!ec)
  {
    directories_.insert_or_assign(handle, path);
  }
}

std::optional<watched_object> directory_watch::locate(const event_view& e)
{
  if (is_left(e))
  {
    return std::nullopt;
  }
  note_fate(e);
  path_ = path_of(e);
  if (e.is_directory() && has_any(e.mask(), event_mask::delete_ | event_mask::moved_from))
  {
    std::erase_if(directories_, [this](const auto& known) { return known.second == path_; });
  }
  if (e.is_directory() && has_any(e.mask(), event_mask::create | event_mask::moved_to))
  {
    remember_directory(path_);
  }
  const auto events = e.mask() & (shown_ | event_mask::all_modifiers);
  const bool was_asked_for = !is_empty(events & ~event_mask::all_modifiers);
  return was_asked_for ? std::optional(watched_object{events, path_}) : std::nullopt;
}

void directory_watch::note_fate(const event_view& e)
{
  for (auto& p : places_)
  {
    // The kernel names a directory itself by its handle, or as "." in it.
    const auto object = e.name() == "." ? e.dfid() : e.fid();
    if (object && *object == p.handle.view())
    {
      p.fate |= e.mask() & fates;
    }
  }
}

bool directory_watch::is_left(const event_view& e) const
{
  const auto is_in = [&e](const file_handle& handle)
  {
    const auto directory = e.dfid() ? e.dfid() : e.new_dfid() ? e.new_dfid() : e.old_dfid();
    const auto object = e.fid();
    return (directory && *directory == handle.view()) || (object && *object == handle.view());
  };
  return std::ranges::any_of(left_, is_in);
}

void directory_watch::leave_lost_places()
{
  for (const auto& p : places_)
  {
    if (has_any(p.fate, event_mask::delete_self))
    {
      std::cerr << "fanio trace: " << escape(p.path) << " is gone\n";
    }
    else if (has_any(p.fate, event_mask::move_self))
    {
      std::cerr << "fanio trace: " << escape(p.path)
                << " was moved: its events are shown no longer\n";
      left_.push_back(p.handle);
    }
  }
  std::erase_if(places_, [](const place& p) { return !is_empty(p.fate); });
}

std::string directory_watch::path_of(const event_view& e) const
{
  // A rename has two sides, of which that in a watched directory is known, the new one first.
  const auto [directory, name] = e.dfid()       ? std::pair(e.dfid(), e.name())
                                 : e.new_dfid() ? std::pair(e.new_dfid(), e.new_name())
                                                : std::pair(e.old_dfid(), e.old_name());
  if (const auto* top = find_place(directory); top != nullptr && name)
  {
    return *name == "." ? *top : join(*top, *name);
  }
  if (const auto* file = find_place(e.fid()); file != nullptr)
  {
    return *file;
  }
  const auto* inner = find_directory(directory);
  return inner != nullptr ? *inner : std::string();
}

const std::string* directory_watch::find_place(const std::optional<file_handle_view>& handle) const
{
  const auto found = std::ranges::find_if(places_, [&handle](const place& p)
                                          { return handle && *handle == p.handle.view(); });
  return found != places_.end() ? &found->path : nullptr;
}

const std::string*
directory_watch::find_directory(const std::optional<file_handle_view>& handle) const
{
  const auto found = handle ? directories_.find(file_handle(*handle)) : directories_.end();
  if (found == directories_.end())
  {
    return nullptr;
  }
  // It may have moved where moves are not asked for: better no name than the old one.
  error_code ec;
  const auto now = resolve::handle_of(found->second, ec);
  return !ec && now == found->first ? &found->second : nullptr;
}

} // namespace fanio::tool

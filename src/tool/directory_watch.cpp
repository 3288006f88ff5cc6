#include "directory_watch.hpp"

#include "escape.hpp"
#include "paths.hpp"
#include <fanio/resolve/error.hpp>
#include <fanio/resolve/handle_of.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace fanio::tool {

namespace {

/// What is told of a place itself. Always watched: after it the place has no name or no events.
constexpr auto ends_of_places = event_mask::delete_self | event_mask::move_self;

} // namespace

directory_watch::directory_watch(fanotify_handle group, const trace_options& options)
    : watch(std::move(group)),
      shown_(events_of(options))
{
  auto paths = options.paths;
  paths.insert(paths.end(), options.directories.begin(), options.directories.end());
  if (paths.empty())
  {
    paths.emplace_back(".");
  }
  for (const auto& path : paths)
  {
    add(path);
  }
}

void directory_watch::add(const std::string& path)
{
  error_code ec;
  group().add_mark(path, shown_ | ends_of_places | event_mask::event_on_child | event_mask::ondir,
                   ec);
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

void directory_watch::follow(const event_view& e)
{
  count_ = 0;
  if (is_left(e))
  {
    return;
  }
  note_fate(e);
  told_ = name_of(e);
  object_path_ = join(told_.path, told_.name);
  if (e.is_directory() && has_any(e.mask(), event_mask::delete_ | event_mask::moved_from))
  {
    std::erase_if(directories_, [this](const auto& known) { return known.second == object_path_; });
  }
  if (e.is_directory() && has_any(e.mask(), event_mask::create | event_mask::moved_to))
  {
    remember_directory(object_path_);
  }
  const auto modifiers = e.mask() & event_mask::all_modifiers;
  const auto of_entry = e.mask() & shown_ & event_mask::all_dirent;
  const auto of_object = e.mask() & shown_ & ~(event_mask::all_dirent | event_mask::all_modifiers);
  // What the entry names is used after it came and before it goes.
  const bool is_first = has_any(of_entry, ~event_mask::delete_);
  tell_entry(is_first ? of_entry : event_mask{}, modifiers);
  if (!is_empty(of_object))
  {
    tell(of_object | modifiers, object_path_, {});
  }
  tell_entry(is_first ? event_mask{} : of_entry, modifiers);
}

void directory_watch::tell_entry(event_mask events, event_mask modifiers)
{
  if (!is_empty(events))
  {
    tell(events | modifiers, told_.path, told_.name);
  }
}

void directory_watch::tell(event_mask events, std::string_view path, std::string_view name)
{
  watched_object object;
  object.events = events;
  object.path = path;
  object.name = name;
  object.unknown = path.empty() ? make_error_code(resolve::errc::not_permitted) : error_code();
  objects_.at(count_++) = object;
}

std::span<const watched_object> directory_watch::locate(const event_view& /*e*/)
{
  return std::span(objects_).first(count_);
}

void directory_watch::note_fate(const event_view& e)
{
  for (auto& p : places_)
  {
    // The kernel names a directory itself by its handle, or as "." in it.
    const auto object = e.name() == "." ? e.dfid() : e.fid();
    if (object && *object == p.handle.view())
    {
      p.fate |= e.mask() & ends_of_places;
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

bool directory_watch::has_lost_places() const
{
  return std::ranges::any_of(places_, [](const place& p) { return !is_empty(p.fate); });
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

directory_watch::named_object directory_watch::name_of(const event_view& e) const
{
  // A rename has two sides, of which that in a watched directory is known, the new one first.
  const auto [directory, name] = e.dfid()       ? std::pair(e.dfid(), e.name())
                                 : e.new_dfid() ? std::pair(e.new_dfid(), e.new_name())
                                                : std::pair(e.old_dfid(), e.old_name());
  if (const auto* top = find_place(directory); top != nullptr && name)
  {
    return {*top, *name == "." ? std::string() : std::string(*name)};
  }
  if (const auto* file = find_place(e.fid()); file != nullptr)
  {
    return {*file, {}};
  }
  const auto* inner = find_directory(directory);
  return inner != nullptr ? named_object{*inner, {}} : named_object{};
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

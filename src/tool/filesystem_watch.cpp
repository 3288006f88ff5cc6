#include "filesystem_watch.hpp"

#include "paths.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

namespace fanio::tool {

namespace {

/// Events that no group with descriptors gets.
constexpr auto without_descriptor =
    event_mask::attrib | event_mask::all_dirent | event_mask::delete_self | event_mask::move_self;

constexpr auto new_names = event_mask::create | event_mask::moved_to | event_mask::rename;

} // namespace

filesystem_watch::filesystem_watch(fanotify_handle opened,
                                   std::shared_ptr<resolve::path_resolver> paths,
                                   std::shared_ptr<const path_filter> shown_paths,
                                   event_mask shown) noexcept
    : watch(std::move(opened)),
      has_handles_(reports_file_handles(group().flags())),
      paths_(std::move(paths)),
      shown_paths_(std::move(shown_paths)),
      shown_(shown)
{}

void filesystem_watch::add(const std::string& path, mark_target target, error_code& ec)
{
  // A kernel that tells what an entry names tells renames too (5.17).
  const bool tells_renames = has_all(group().flags(), init_flags::report_target_fid);
  auto events = !has_handles_   ? shown_ & ~without_descriptor
                : tells_renames ? (shown_ & ~event_mask::move) | resolve::tree_events
                                : shown_ | resolve::tree_events_by_moves;
  events |= event_mask::ondir;
  events |= target == mark_target::inode ? event_mask::event_on_child : event_mask{};
  group().add_mark(path, events, ec, target);
  if (!ec)
  {
    std::error_code ignored; // it was there just now
    places_.insert(std::filesystem::weakly_canonical(path, ignored).native());
  }
}

void filesystem_watch::start_batch(const event_range& events)
{
  if (has_handles_)
  {
    paths_->foresee(events);
  }
}

void filesystem_watch::follow(const event_view& e)
{
  if (!has_handles_)
  {
    return;
  }
  paths_->update(e);
  if (e.is_directory() || !has_any(e.mask(), new_names | event_mask::delete_) ||
      !(e.dfid() || e.new_dfid()) || resolve(e, path_))
  {
    return;
  }
  // Where both were merged, nobody knows which was the last.
  has_any(e.mask(), new_names) ? gone_.come(path_) : gone_.remove(path_);
}

void filesystem_watch::end_batch()
{
  if (has_handles_) // the resolver hears of these only
  {
    paths_->end_batch(group());
  }
}

std::span<const watched_object> filesystem_watch::locate(const event_view& e)
{
  count_ = 0;
  if (has_any(e.mask(), event_mask::rename))
  {
    add_rename(e);
    return std::span(objects_).first(count_);
  }
  const auto events = e.mask() & (shown_ | event_mask::all_modifiers);
  const auto of_entry = events & event_mask::all_dirent;
  const auto of_object = events & ~(event_mask::all_dirent | event_mask::all_modifiers);
  // What the entry names is used after it came and before it goes.
  const bool is_first = has_any(of_entry, ~event_mask::delete_);
  if (!is_empty(of_entry) && is_first)
  {
    add_entry(e.dfid(), e.name().value_or(""), events & ~of_object);
  }
  if (!is_empty(of_object))
  {
    add_object(e, of_object);
  }
  if (!is_empty(of_entry) && !is_first)
  {
    add_entry(e.dfid(), e.name().value_or(""), events & ~of_object);
  }
  return std::span(objects_).first(count_);
}

/// As the two events that it is for who asks for these.
void filesystem_watch::add_rename(const event_view& e)
{
  const auto modifiers = e.mask() & event_mask::all_modifiers;
  const auto rename = shown_ & event_mask::rename;
  const auto from = rename | (shown_ & event_mask::moved_from);
  const auto to = rename | (shown_ & event_mask::moved_to);
  if (e.old_dfid() && !is_empty(from))
  {
    add_entry(e.old_dfid(), e.old_name().value_or(""), from | modifiers);
  }
  if (e.new_dfid() && !is_empty(to))
  {
    add_entry(e.new_dfid(), e.new_name().value_or(""), to | modifiers);
  }
}

void filesystem_watch::add_entry(const std::optional<file_handle_view>& directory,
                                 std::string_view name, event_mask events)
{
  auto& path = directories_.at(count_);
  const auto ec =
      directory ? paths_->resolve(*directory, "", path) : error_code(resolve::errc::no_object);
  shown_paths_->show(path);
  watched_object entry;
  entry.events = events;
  entry.path = path;
  entry.name = name;
  entry.deleted = !ec && paths_->is_deleted();
  entry.unknown = ec;
  add(entry, join(path, entry.name));
}

void filesystem_watch::add_object(const event_view& e, event_mask events)
{
  const auto ec = resolve(e, path_);
  watched_object object;
  object.events = events | (e.mask() & event_mask::all_modifiers);
  object.path = path_;
  object.deleted = !ec && (paths_->is_deleted() || gone_.has(path_));
  object.unknown = ec;
  add(object, path_);
}

/// What can't be known might have been asked for. But what is gone with its directory is mostly of
/// somebody else, and says nothing; and what no mount shows is below none of the paths.
void filesystem_watch::add(const watched_object& object, std::string_view path)
{
  const bool is_elsewhere =
      object.unknown == resolve::errc::stale || object.unknown == resolve::errc::outside_of_mounts;
  const bool is_shown = !path.empty()  ? shown_paths_->admits(path)
                        : is_elsewhere ? shown_paths_->admits_all()
                                       : true;
  if (is_shown)
  {
    objects_.at(count_++) = object;
  }
}

error_code filesystem_watch::resolve(const event_view& e, std::string& path)
{
  const auto ec = paths_->resolve(e, path);
  shown_paths_->show(path);
  return ec;
}

} // namespace fanio::tool

#include "directory_tree.hpp"

#include <algorithm>

namespace fanio::resolve {

namespace {

/// Whether `directory` is `top`, or below it.
bool is_within(const directory_tree::entry* directory, const directory_tree::entry& top) noexcept
{
  while (directory != nullptr && directory != &top)
  {
    directory = directory->parent;
  }
  return directory != nullptr;
}

} // namespace

directory_tree::entry* directory_tree::find(const file_handle_view& handle)
{
  // Most events are of the same directory as the one before.
  if (!entries_.empty() && entries_.front().handle == handle)
  {
    return &entries_.front();
  }
  const auto found = handles_.find(handle);
  if (found == handles_.end())
  {
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, (*found)->self);
  return *found;
}

directory_tree::entry* directory_tree::find_at(const entry& parent, std::string_view name)
{
  const auto found = locations_.find(location{&parent, name});
  return found == locations_.end() ? nullptr : *found;
}

directory_tree::entry& directory_tree::put_root(const file_handle_view& handle,
                                                std::string_view path)
{
  auto& e = find_or_add(handle);
  leave_place(e);
  name_bytes_ += path.size() - e.name.size();
  e.name = path;
  roots_ += e.is_root ? 0 : 1;
  e.is_root = true;
  e.is_deleted = false;
  e.asked_in = 0;
  return e;
}

directory_tree::entry& directory_tree::put(const file_handle_view& handle, entry& parent,
                                           std::string_view name, std::uint64_t asked_in)
{
  auto& e = find_or_add(handle);
  if (e.is_root)
  {
    return e;
  }
  leave_place(e);
  e.is_deleted = false;
  if (is_within(&parent, e))
  {
    return e;
  }
  if (auto* const other = find_at(parent, name))
  {
    leave_place(*other);
  }
  name_bytes_ += name.size() - e.name.size();
  e.name = name;
  e.parent = &parent;
  e.asked_in = asked_in;
  e.seen_under = parent.seen_under;
  ++parent.children;
  try
  {
    locations_.insert(&e);
  }
  catch (...)
  {
    leave_place(e);
    throw;
  }
  make_room(e);
  return e;
}

void directory_tree::detach(entry& directory)
{
  leave_place(directory);
}

void directory_tree::remove(entry& directory)
{
  free_place(directory); // for the next one of this name
  directory.is_deleted = true;
}

directory_tree::place directory_tree::place_of(const entry& directory) noexcept
{
  place where;
  const entry* e = &directory;
  for (; !e->is_root; e = e->parent)
  {
    if (e->parent == nullptr)
    {
      return {};
    }
    where.path_size += e->name.size() + 1;
    where.last_asked_in = std::max(where.last_asked_in, e->asked_in);
    where.is_deleted |= e->is_deleted;
  }
  where.root = e;
  where.path_size += e->name.size() - (e->name.ends_with('/') ? 1 : 0);
  where.is_deleted |= e->is_deleted;
  return where;
}

bool directory_tree::append_path(const entry& directory, std::string& path)
{
  const auto where = place_of(directory);
  if (where.root != nullptr)
  {
    append_path(directory, where, {}, path);
  }
  return where.root != nullptr;
}

void directory_tree::append_path(const entry& directory, const place& where, std::string_view name,
                                 std::string& path)
{
  const auto begin = path.size();
  const bool is_all = name.empty() && &directory == where.root;
  const bool has_separator = !name.empty() || (is_all && directory.name.ends_with('/'));
  path.resize(begin + where.path_size + (has_separator ? 1 : 0) + name.size(), '/');
  char* const directory_end = path.data() + begin + where.path_size;
  name.copy(directory_end + 1, name.size());
  char* end = directory_end;
  for (const entry* e = &directory; e != where.root; e = e->parent)
  {
    end -= e->name.size();
    e->name.copy(end, e->name.size());
    --end; // the separator
  }
  const auto root_size = static_cast<std::size_t>(end - (path.data() + begin));
  where.root->name.copy(path.data() + begin, root_size);
}

void directory_tree::clear() noexcept
{
  locations_.clear();
  handles_.clear();
  entries_.clear();
  roots_ = 0;
  name_bytes_ = 0;
}

std::size_t directory_tree::bytes() const noexcept
{
  constexpr std::size_t list_node = sizeof(entry) + 2 * sizeof(void*);
  constexpr std::size_t set_node = sizeof(entry*) + 2 * sizeof(void*);
  return entries_.size() * list_node + (handles_.size() + locations_.size()) * set_node +
         (handles_.bucket_count() + locations_.bucket_count()) * sizeof(void*) + name_bytes_;
}

directory_tree::entry& directory_tree::find_or_add(const file_handle_view& handle)
{
  if (auto* const known = find(handle))
  {
    return *known;
  }
  auto& e = entries_.emplace_front();
  e.handle = file_handle(handle);
  e.self = entries_.begin();
  try
  {
    handles_.insert(&e);
  }
  catch (...)
  {
    entries_.pop_front();
    throw;
  }
  return e;
}

void directory_tree::free_place(const entry& e) noexcept
{
  // One that is gone has freed it already, and another may be there.
  const auto found = locations_.find(location{e.parent, e.name});
  if (found != locations_.end() && *found == &e)
  {
    locations_.erase(found);
  }
}

void directory_tree::leave_place(entry& e) noexcept
{
  if (e.parent != nullptr)
  {
    free_place(e);
    --e.parent->children;
    e.parent = nullptr;
  }
}

/// What others are below stays: it goes to the front, and so is looked at once for all of them.
void directory_tree::make_room(const entry& newest)
{
  for (auto looks = entries_.size(); looks > 0 && entries_.size() - roots_ > max_entries_; --looks)
  {
    auto& oldest = entries_.back();
    if (oldest.is_root || oldest.children > 0 || &oldest == &newest)
    {
      entries_.splice(entries_.begin(), entries_, oldest.self);
      continue;
    }
    leave_place(oldest);
    name_bytes_ -= oldest.name.size();
    handles_.erase(&oldest);
    entries_.pop_back();
    ++evictions_;
  }
}

} // namespace fanio::resolve

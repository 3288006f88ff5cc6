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

bool directory_tree::append_path(const entry& directory, std::string& path)
{
  std::size_t size = 0;
  const entry* top = &directory;
  for (; !top->is_root; top = top->parent)
  {
    if (top->parent == nullptr)
    {
      return false;
    }
    size += top->name.size() + 1;
  }
  // "/" ends in the separator that all others lack.
  const std::string_view root = top->name == "/" ? std::string_view() : top->name;
  const bool is_slash = size == 0 && root.empty();
  const auto begin = path.size();
  path.resize(begin + root.size() + size + (is_slash ? 1 : 0), '/');
  std::ranges::copy(root, path.begin() + static_cast<std::ptrdiff_t>(begin));
  auto end = path.end();
  for (const entry* e = &directory; e != top; e = e->parent)
  {
    end = std::ranges::copy_backward(e->name, end).out - 1;
    *end = '/';
  }
  return true;
}

std::uint64_t directory_tree::last_asked_in(const entry& directory) noexcept
{
  std::uint64_t last = 0;
  for (const entry* e = &directory; e != nullptr; e = e->parent)
  {
    last = std::max(last, e->asked_in);
  }
  return last;
}

bool directory_tree::is_deleted(const entry& directory) noexcept
{
  const entry* e = &directory;
  while (e != nullptr && !e->is_deleted)
  {
    e = e->parent;
  }
  return e != nullptr;
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

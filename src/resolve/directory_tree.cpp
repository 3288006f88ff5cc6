#include "directory_tree.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>

namespace fanio::resolve {

namespace {

std::string_view characters(std::span<const std::byte> bytes) noexcept
{
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): any object may be read as char
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace

// The pointers within are where whoever looks for leaks finds them.
static_assert(offsetof(directory_tree::entry, name) % alignof(char*) == 0);
static_assert(offsetof(directory_tree::entry, handle) % alignof(char*) == 0);
static_assert(sizeof(directory_tree::entry) <= 72);

directory_tree::directory_tree(std::size_t max_entries)
    : max_entries_(max_entries),
      handles_(0, by_handle{this}, by_handle{this}),
      locations_(0, by_location{this}, by_location{this})
{}

directory_tree::entry* directory_tree::find(const file_handle_view& handle)
{
  // Most events are of the same directory as the one before.
  if (found_ == none || handle_of(at(found_)) != handle)
  {
    const auto found = handles_.find(handle);
    if (found == handles_.end())
    {
      return nullptr;
    }
    found_ = *found;
  }
  auto& e = at(found_);
  e.is_used = true;
  return &e;
}

directory_tree::entry* directory_tree::find_at(const entry& parent, std::string_view name)
{
  const auto found = locations_.find(location{&parent, name});
  return found == locations_.end() ? nullptr : &at(*found);
}

directory_tree::entry& directory_tree::put_root(const file_handle_view& handle,
                                                std::string_view path)
{
  auto& e = at(find_or_add(handle));
  leave_place(e);
  rename(e, path);
  roots_ += e.is_root ? 0 : 1;
  e.is_root = true;
  e.is_deleted = false;
  e.asked_in = 0;
  return e;
}

directory_tree::entry& directory_tree::put(const file_handle_view& handle, entry& parent,
                                           std::string_view name, std::uint64_t asked_in,
                                           std::uint64_t seen_in)
{
  const auto i = find_or_add(handle);
  auto& e = at(i);
  if (e.is_root)
  {
    return e;
  }
  leave_place(e);
  e.is_deleted = false;
  for (const entry* above = &parent; above != nullptr; above = above->parent)
  {
    if (above == &e)
    {
      return e;
    }
  }
  if (auto* const other = find_at(parent, name))
  {
    leave_place(*other);
  }
  rename(e, name);
  e.parent = &parent;
  e.asked_in = asked_in;
  e.seen_in = seen_in;
  ++parent.children;
  try
  {
    locations_.insert(i);
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
  const auto path = e->name.view();
  where.path_size += path.size() - (path.ends_with('/') ? 1 : 0);
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
  const bool has_separator = !name.empty() || (is_all && directory.name.view().ends_with('/'));
  path.resize(begin + where.path_size + (has_separator ? 1 : 0) + name.size(), '/');
  char* const directory_end = path.data() + begin + where.path_size;
  name.copy(directory_end + 1, name.size());
  char* end = directory_end;
  for (const entry* e = &directory; e != where.root; e = e->parent)
  {
    const auto part = e->name.view();
    end -= part.size();
    part.copy(end, part.size());
    --end; // the separator
  }
  const auto root_size = static_cast<std::size_t>(end - (path.data() + begin));
  where.root->name.view().copy(path.data() + begin, root_size);
}

void directory_tree::clear() noexcept
{
  locations_.clear();
  handles_.clear();
  blocks_.clear();
  filesystems_.clear();
  numbers_.clear();
  size_ = 0;
  free_ = none;
  found_ = none;
  hand_ = 0;
  roots_ = 0;
  allocated_ = 0;
}

std::size_t directory_tree::bytes() const noexcept
{
  // Each place of a table has a byte besides, and each 15 of them one more.
  constexpr std::size_t table_place = sizeof(id) + 1;
  return blocks_.size() * sizeof(block) +
         (handles_.bucket_count() + locations_.bucket_count()) * table_place +
         filesystems_.capacity() * sizeof(filesystem) + allocated_;
}

directory_tree::id directory_tree::find_or_add(const file_handle_view& handle)
{
  if (find(handle) != nullptr)
  {
    return found_;
  }
  const auto i = take_free();
  auto& e = at(i);
  try
  {
    e.filesystem = filesystem_of(handle);
    ++filesystems_[e.filesystem].entries;
    e.handle.assign(characters(handle.bytes()));
    allocated_ += e.handle.allocated();
    handles_.insert(i);
  }
  catch (...)
  {
    give_back(i);
    throw;
  }
  found_ = i;
  return i;
}

directory_tree::id directory_tree::take_free()
{
  if (free_ == none)
  {
    auto next = static_cast<id>(blocks_.size() * block_entries);
    auto& added = *blocks_.emplace_back(std::make_unique<block>());
    free_ = next;
    for (auto& e : added)
    {
      e.children = ++next;
    }
    added.back().children = none;
  }
  const auto i = free_;
  auto& e = at(i);
  free_ = std::exchange(e.children, 0);
  e.is_known = true;
  ++size_;
  return i;
}

void directory_tree::give_back(id i) noexcept
{
  auto& e = at(i);
  if (e.filesystem != no_filesystem && --filesystems_[e.filesystem].entries == 0)
  {
    numbers_.erase(filesystems_[e.filesystem].kind);
  }
  allocated_ -= e.name.allocated() + e.handle.allocated();
  std::destroy_at(&e);
  std::construct_at(&e);
  e.children = std::exchange(free_, i);
  --size_;
}

/// One that has directories, or in the place of one that has none any more.
std::uint16_t directory_tree::filesystem_of(const file_handle_view& handle)
{
  const file_handle_view kind(handle.fsid(), handle.type(), {});
  if (const auto known = numbers_.find(kind); known != numbers_.end())
  {
    return known->second;
  }
  auto unused = filesystems_.end();
  if (numbers_.size() < filesystems_.size())
  {
    unused = std::ranges::find(filesystems_, std::size_t{0}, &filesystem::entries);
  }
  else if (filesystems_.size() == no_filesystem)
  {
    throw std::length_error("fanio::resolve: directories of more than 65,535 filesystems");
  }
  else
  {
    unused = filesystems_.emplace(filesystems_.end());
  }
  const auto number = static_cast<std::uint16_t>(unused - filesystems_.begin());
  numbers_.emplace(kind, number);
  unused->kind = kind;
  return number;
}

void directory_tree::rename(entry& e, std::string_view name)
{
  const auto before = e.name.allocated();
  e.name.assign(name);
  allocated_ += e.name.allocated() - before;
}

void directory_tree::free_place(const entry& e) noexcept
{
  // One that is gone has freed it already, and another may be there.
  const auto found = locations_.find(location{e.parent, e.name.view()});
  if (found != locations_.end() && &at(*found) == &e)
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

/// Each in turn, and not one that was looked up since its last turn. What others are below stays.
void directory_tree::make_room(const entry& newest)
{
  const auto places = blocks_.size() * block_entries;
  for (auto turns = 2 * places; turns > 0 && size_ - roots_ > max_entries_; --turns)
  {
    const auto i = hand_;
    auto& e = at(i);
    hand_ = (i + 1) % static_cast<id>(places);
    const bool was_used = e.is_used;
    e.is_used = false;
    if (!e.is_known || was_used || e.is_root || e.children > 0 || &e == &newest)
    {
      continue;
    }
    leave_place(e);
    handles_.erase(i);
    found_ = found_ == i ? none : found_;
    give_back(i);
    ++evictions_;
  }
}

} // namespace fanio::resolve

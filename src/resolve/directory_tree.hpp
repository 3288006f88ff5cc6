#pragma once

#include <fanio/file_handle.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_set>

namespace fanio::resolve {

/// Where directories are: each by its file handle, with its parent and its name in it. So when one
/// is renamed, one entry changes, and every path below it is right at once.
///
/// Pure: it knows what it is told. Its memory is bounded: above `max_entries` those are forgotten
/// that were not looked up for longest, and that nothing known is below. Roots are not counted, and
/// never forgotten.
class directory_tree
{
public:
  /// One directory. Stays where it is in memory until it is forgotten.
  struct entry
  {
    file_handle handle;
    entry* parent = nullptr;    ///< Null for a root, and where its place is not known.
    std::string name;           ///< The path, of a root.
    std::uint64_t asked_in = 0; ///< In which batch the kernel was asked for its place; 0: in none.
    std::uint64_t seen_under =
        0; ///< Which mounts there were when its path was last seen to be right.
    std::uint64_t looked_at = 0; ///< During which look its path led to it.
    std::uint32_t children = 0;
    bool is_root = false;
    bool is_learnt = false; ///< A root that the user has named.
    bool is_deleted = false;
    std::list<entry>::iterator self;
  };

  explicit directory_tree(std::size_t max_entries) noexcept : max_entries_(max_entries) {}

  directory_tree(const directory_tree&) = delete;
  directory_tree& operator=(const directory_tree&) = delete;

  /// The directory of this handle, or null. It counts as used.
  [[nodiscard]] entry* find(const file_handle_view& handle);

  /// The directory at this place, or null.
  [[nodiscard]] entry* find_at(const entry& parent, std::string_view name);

  /// Says that a directory's path is known by itself: a mount, or one that the user has named.
  entry& put_root(const file_handle_view& handle, std::string_view path);

  /// Says where a directory is. If another was there, that is no longer, and has no place.
  /// `parent` is not below it: then it has no place, for one of them is old news.
  entry& put(const file_handle_view& handle, entry& parent, std::string_view name,
             std::uint64_t asked_in = 0);

  /// Its place is not known any more, and so no path below it is.
  void detach(entry& directory);

  /// It is gone. Its path stays known, as that of what is below it.
  void remove(entry& directory);

  /// What is known of a directory and all that it is in.
  struct place
  {
    const entry* root = nullptr;     ///< Null if its path is not known, and then nothing is.
    std::size_t path_size = 0;       ///< Without the "/" that the root's may end in.
    std::uint64_t last_asked_in = 0; ///< The last batch in which one of them was asked for.
    bool is_deleted = false;         ///< Whether one of them is gone.
  };

  [[nodiscard]] static place place_of(const entry& directory) noexcept;

  /// Appends the path; false, and nothing appended, if it is not known.
  static bool append_path(const entry& directory, std::string& path);

  /// Appends the path of a name in a directory whose place is known; without a name that of the
  /// directory.
  static void append_path(const entry& directory, const place& where, std::string_view name,
                          std::string& path);

  void clear() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  /// How many were forgotten to stay within the bound.
  [[nodiscard]] std::uint64_t evictions() const noexcept { return evictions_; }

  /// What all that takes, near enough: the allocator's own part is not known.
  [[nodiscard]] std::size_t bytes() const noexcept;

private:
  struct by_handle
  {
    using is_transparent = void;

    [[nodiscard]] static file_handle_view key(const file_handle_view& handle) { return handle; }

    [[nodiscard]] static file_handle_view key(const entry* e) { return e->handle.view(); }

    [[nodiscard]] std::size_t operator()(const auto& e) const { return hash_value(key(e)); }

    [[nodiscard]] bool operator()(const auto& a, const auto& b) const { return key(a) == key(b); }
  };

  struct location
  {
    const entry* parent;
    std::string_view name;

    friend bool operator==(const location&, const location&) = default;
  };

  struct by_location
  {
    using is_transparent = void;

    [[nodiscard]] static location key(const location& where) { return where; }

    [[nodiscard]] static location key(const entry* e) { return {e->parent, e->name}; }

    [[nodiscard]] std::size_t operator()(const auto& e) const
    {
      const auto where = key(e);
      return std::hash<std::string_view>()(where.name) ^
             std::hash<const entry*>()(where.parent) * 0x9e3779b97f4a7c15U;
    }

    [[nodiscard]] bool operator()(const auto& a, const auto& b) const { return key(a) == key(b); }
  };

  entry& find_or_add(const file_handle_view& handle);
  void free_place(const entry& e) noexcept;
  void leave_place(entry& e) noexcept;
  void make_room(const entry& newest);

  std::size_t max_entries_;
  std::list<entry> entries_; // the last used first
  std::unordered_set<entry*, by_handle, by_handle> handles_;
  std::unordered_set<entry*, by_location, by_location> locations_; // of those that have a parent
  std::size_t roots_ = 0;
  std::size_t name_bytes_ = 0;
  std::uint64_t evictions_ = 0;
};

} // namespace fanio::resolve

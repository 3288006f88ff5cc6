#pragma once

#include "short_bytes.hpp"
#include <fanio/file_handle.hpp>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fanio::resolve {

/// Where directories are: each by its file handle, with its parent and its name in it. So when one
/// is renamed, one entry changes, and every path below it is right at once.
///
/// Pure: it knows what it is told. Its memory is bounded: above `max_entries` those are forgotten
/// that were not looked up for long, and that nothing known is below. Roots are not counted, and
/// never forgotten. There are many of them, so they are small: some 85 bytes with all that leads to
/// one.
class directory_tree
{
public:
  static constexpr std::uint16_t no_filesystem = 0xffff;

  /// One directory. Stays where it is in memory until it is forgotten.
  struct entry
  {
    short_bytes<std::uint16_t, 16> name;      ///< The path, of a root.
    std::uint16_t filesystem = no_filesystem; ///< With the kind of its handle.
    std::uint32_t children = 0;
    short_bytes<std::uint8_t, 20> handle; ///< The longest of those in use: of btrfs.
    bool is_root : 1 = false;
    bool is_learnt : 1 = false; ///< A root that the user has named.
    bool is_deleted : 1 = false;
    bool is_known : 1 = false;  ///< Or there is none here.
    bool is_used : 1 = false;   ///< Since it was last thought of forgetting it.
    std::uint64_t asked_in = 0; ///< In which batch the kernel was asked for its place; 0: in none.
    std::uint64_t seen_in = 0;  ///< During which look its path was last seen to lead to it.
    entry* parent = nullptr;    ///< Null for a root, and where its place is not known.
  };

  explicit directory_tree(std::size_t max_entries);

  ~directory_tree() = default;

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
  ///
  /// *Errors*: throws `std::length_error` for more than 65,535 filesystems.
  entry& put(const file_handle_view& handle, entry& parent, std::string_view name,
             std::uint64_t asked_in = 0, std::uint64_t seen_in = 0);

  /// Valid until the directory is forgotten.
  [[nodiscard]] file_handle_view handle_of(const entry& e) const noexcept
  {
    const auto& kind = filesystems_[e.filesystem].kind;
    return {kind.fsid(), kind.type(), std::as_bytes(std::span(e.handle.view()))};
  }

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

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// How many were forgotten to stay within the bound.
  [[nodiscard]] std::uint64_t evictions() const noexcept { return evictions_; }

  /// What all that takes, but for the allocator's own part.
  [[nodiscard]] std::size_t bytes() const noexcept;

private:
  using id = std::uint32_t;
  static constexpr id none = 0xffffffff;
  static constexpr std::size_t block_entries = 64;
  using block = std::array<entry, block_entries>;

  /// What the handles of a filesystem have in common.
  struct filesystem
  {
    file_handle_view kind; ///< Without bytes.
    std::size_t entries = 0;
  };

  struct by_handle
  {
    using is_transparent = void;

    [[nodiscard]] static file_handle_view key(const file_handle_view& handle) { return handle; }

    [[nodiscard]] file_handle_view key(id i) const { return tree->handle_of(tree->at(i)); }

    [[nodiscard]] std::size_t operator()(const auto& e) const { return hash_value(key(e)); }

    [[nodiscard]] bool operator()(const auto& a, const auto& b) const { return key(a) == key(b); }

    const directory_tree* tree;
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

    [[nodiscard]] location key(id i) const
    {
      const auto& e = tree->at(i);
      return {e.parent, e.name.view()};
    }

    [[nodiscard]] std::size_t operator()(const auto& e) const
    {
      const auto where = key(e);
      return std::hash<std::string_view>()(where.name) ^
             std::hash<const entry*>()(where.parent) * 0x9e3779b97f4a7c15U;
    }

    [[nodiscard]] bool operator()(const auto& a, const auto& b) const { return key(a) == key(b); }

    const directory_tree* tree;
  };

  template <typename By>
  using table = boost::unordered_flat_set<id, By, By>;

  [[nodiscard]] entry& at(id i) noexcept
  {
    return (*blocks_[i / block_entries])[i % block_entries];
  }

  [[nodiscard]] const entry& at(id i) const noexcept
  {
    return (*blocks_[i / block_entries])[i % block_entries];
  }

  id find_or_add(const file_handle_view& handle);
  id take_free();
  void give_back(id i) noexcept;
  [[nodiscard]] std::uint16_t filesystem_of(const file_handle_view& handle);
  void rename(entry& e, std::string_view name);
  void free_place(const entry& e) noexcept;
  void leave_place(entry& e) noexcept;
  void make_room(const entry& newest);

  std::size_t max_entries_;
  std::vector<std::unique_ptr<block>> blocks_;
  std::size_t size_ = 0;
  id free_ = none;  // the first place that is not in use, each of which has the next in `children`
  id found_ = none; // the one that was looked up last
  id hand_ = 0;     // the next one to think of forgetting
  std::vector<filesystem> filesystems_;
  boost::unordered_flat_map<file_handle_view, std::uint16_t> numbers_; // of these, by their kind
  table<by_handle> handles_;
  table<by_location> locations_; // of those that have a parent
  std::size_t roots_ = 0;
  std::size_t allocated_ = 0; // for names and handles that are long
  std::uint64_t evictions_ = 0;
};

} // namespace fanio::resolve

#pragma once

#include "directory_tree.hpp"
#include "mounted_filesystems.hpp"
#include <fanio/resolve/path_resolver.hpp>

#include <compare>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fanio::resolve {

/// A name in a directory, as an event tells it; the new one of a rename.
struct named_entry
{
  std::optional<file_handle_view> directory;
  std::string_view name;
};

[[nodiscard]] named_entry entry_of(const event_view& e) noexcept;

/// Why open_by_handle_at(2) failed, or name_to_handle_at(2).
[[nodiscard]] error_code explain(int error) noexcept;

/// What makes paths, in three parts: path_learning.cpp follows what events tell, path_resolver.cpp
/// tells paths, and path_asking.cpp asks the kernel.
class path_resolver::impl
{
public:
  explicit impl(const path_options& options);

  void learn(const std::filesystem::path& path, error_code& ec);
  void learn(const file_handle_view& directory, std::string_view name,
             const file_handle_view& child);
  void foresee(const event_range& events);
  void update(const event_view& e);
  void end_batch(std::size_t queued);

  /// Whether `end_batch` has any use for the length of the queue.
  [[nodiscard]] bool wants_queued() const noexcept
  {
    return has_asked_ || !departed_.empty() || !departed_before_.empty();
  }

  error_code resolve(const file_handle_view& directory, std::string_view name, std::string& path);
  error_code resolve(const event_view& e, std::string& path);

  [[nodiscard]] bool is_deleted() const noexcept { return is_deleted_; }

  [[nodiscard]] statistics stats() const noexcept
  {
    return {.directories = tree_.size(),
            .bytes = tree_.bytes(),
            .evictions = tree_.evictions(),
            .asked = asked_,
            .resets = resets_,
            .mount_changes = mounts_.generation()};
  }

private:
  using place = mounted_filesystems::place;
  using entry = directory_tree::entry;

  struct named_place
  {
    file_handle directory;
    std::string name;
  };

  using named_places = std::unordered_map<file_handle, named_place>;

  [[nodiscard]] static named_places places_before(const event_range& events);
  entry* settle(const file_handle& handle, named_places& before);
  void settle_parents(const event_range& events);
  entry& put(const file_handle_view& handle, entry& parent, std::string_view name,
             std::uint64_t asked_in = 0);
  void put_learnt(const std::pair<file_handle, std::string>& one);
  void note_certainty() noexcept;
  void update_mounts();
  [[nodiscard]] bool comes_again(const event_view& e);
  void forget_departures(std::size_t queued);
  void forget();
  [[nodiscard]] bool may_lead_elsewhere(const event_view& e);
  void arrive(const event_view& e, entry& parent, std::string_view name);
  void depart(const event_view& e, const entry& parent, std::string_view name);

  [[nodiscard]] bool is_certain(const entry& directory,
                                const directory_tree::place& where) const noexcept;
  [[nodiscard]] bool was_looked_at(const entry& directory) const noexcept;
  error_code look_again(entry& directory, const directory_tree::place& where, std::string& path);
  error_code ask(const file_handle_view& handle, std::string& path);
  error_code ask_again(const entry& directory, std::string& path);
  error_code ask_at(place& p, const file_handle_view& handle, std::string& path);
  error_code find_place(int directory, const file_handle_view& handle, std::string& path);
  error_code climb(int directory, const file_handle_view& handle, entry*& found,
                   std::string& kernels);
  error_code climb_further(int directory, const file_handle_view& handle, entry*& found,
                           const std::string& before);
  entry* put_below_known(int directory, const file_handle_view& handle, std::string_view kernels);
  error_code open_at(place& p, const file_handle_view& handle, unique_fd& fd);
  error_code resolve_file(const file_handle_view& handle, std::string& path);
  error_code read_link(int fd, std::string& path);
  [[nodiscard]] bool leads_to(const std::string& path, const file_handle_view& handle) const;
  void learn_root(place& p, const file_handle_view& of_it);

  path_options options_;
  directory_tree tree_;
  mounted_filesystems mounts_;
  unique_fd descriptors_; ///< /proc/self/fd: half the price of the whole path.
  std::vector<std::pair<file_handle, std::string>> learnt_;
  bool is_deleted_ = false;
  std::uint64_t asked_ = 0;
  std::uint64_t resets_ = 0;

  // What the kernel says is of now, and what events say is of their time. A directory that was
  // asked for is where it was said to be only for who has heard of all events before that.
  struct batch
  {
    std::uint64_t number;
    std::uint64_t events; ///< When so many have been told, all that was queued at its end has.
  };

  std::uint64_t events_ = 0; ///< Told by `update`.
  std::uint64_t batch_ = 1;
  std::uint64_t last_certain_batch_ = 0;
  std::deque<batch> uncertain_;
  bool has_asked_ = false; ///< In this batch.

  // What a path was seen to lead to, it leads to until an event that is told later tells that a
  // directory went elsewhere, or the kernel does: those that are told before had happened then.
  // Whether anything hides it is another question: that takes a mount.
  std::uint64_t look_ = 2;
  std::uint64_t mounts_changed_in_ = 1; ///< Before the look that it is in, always.

  /// A directory, and a place that it was renamed from.
  struct departure
  {
    file_handle directory;
    file_handle parent;
    std::string name;

    friend auto operator<=>(const departure&, const departure&) = default;
  };

  // Of which the events may have been queued at once with those that are told now.
  std::set<departure> departed_;
  std::set<departure> departed_before_;
  std::uint64_t departures_end_ = 0; ///< When so many events were told, those of before may go.
};

} // namespace fanio::resolve

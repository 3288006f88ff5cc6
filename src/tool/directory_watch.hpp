#pragma once

#include "watch.hpp"
#include <fanio/file_handle.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace fanio::tool {

/// The way that is open to every user: inode marks, and events that name a directory by its file
/// handle. Which path has which handle is remembered when it is marked.
///
/// Of a directory in a watched one the kernel tells nothing but its own handle. So these are
/// remembered too, first those that are there, then those that come.
class directory_watch : public watch
{
public:
  /// Marks the paths, or the working directory. *Errors*: throws `std::runtime_error`.
  directory_watch(fanotify_handle group, const trace_options& options);

  [[nodiscard]] std::size_t places() const noexcept override { return places_.size(); }

  [[nodiscard]] bool knows_processes() const noexcept override { return false; }

  void follow(const event_view& e) override;

  [[nodiscard]] std::span<const watched_object> locate(const event_view& e) override;

  [[nodiscard]] bool has_lost_places() const override;
  void leave_lost_places() override;

private:
  struct place
  {
    std::string path;
    file_handle handle;
    event_mask fate{}; // delete_self or move_self, once it has come
  };

  void add(const std::string& path);
  void note_fate(const event_view& e);

  /// Whether it is an object that was left: its mark goes with it.
  [[nodiscard]] bool is_left(const event_view& e) const;

  void remember_directories_in(const std::string& path);
  void remember_directory(const std::string& path);

  /// What is told of an event: the path of its object, or of the directory that an entry came to
  /// or went from, with the name of that. Empty if it is not to be known.
  struct named_object
  {
    std::string path;
    std::string name;
  };

  [[nodiscard]] named_object name_of(const event_view& e) const;
  void tell_entry(event_mask events, event_mask modifiers);
  void tell(event_mask events, std::string_view path, std::string_view name);

  /// Null if it is none of the places.
  [[nodiscard]] const std::string* find_place(const std::optional<file_handle_view>& handle) const;

  /// Null if it is none that is still where it was.
  [[nodiscard]] const std::string*
  find_directory(const std::optional<file_handle_view>& handle) const;

  event_mask shown_;
  std::vector<place> places_;
  std::vector<file_handle> left_;                            // moved: the marks are still there
  std::unordered_map<file_handle, std::string> directories_; // in the places
  named_object told_;
  std::string object_path_;
  std::array<watched_object, 2> objects_;
  std::size_t count_ = 0;
};

} // namespace fanio::tool

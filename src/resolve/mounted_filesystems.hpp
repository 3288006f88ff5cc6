#pragma once

#include <fanio/file_handle.hpp>
#include <fanio/resolve/mount_table.hpp>
#include <fanio/unique_fd.hpp>

#include <cstdint>
#include <list>
#include <string>
#include <vector>

namespace fanio::resolve {

/// Where the filesystems are mounted that a process sees, and a descriptor on each that handles can
/// be opened with. Asks only for what is needed: statfs(2) of a network filesystem may hang.
class mounted_filesystems
{
public:
  struct place
  {
    mount where;
    fsid fs{};
    file_handle root;
    unique_fd fd;
    bool is_asked = false;
    bool is_usable = false;
    bool opens_handles = false; ///< Not so an overlay, whose handles only tell files apart.
  };

  explicit mounted_filesystems(pid_t process);

  /// The mounts that show a part of this filesystem, those of the whole of it first. `fs` is as
  /// `whole_filesystem` gives it, or as it is in a handle.
  [[nodiscard]] std::vector<place*> of(const file_handle_view& handle);

  /// Reads the mounts anew where one has changed.
  void update();

  /// How often that was so.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }

  /// Closes what was opened: an open file keeps its filesystem from being unmounted.
  void let_go() noexcept;

  /// The path by which this process reaches what the other sees as `path`.
  [[nodiscard]] std::string reach(const std::string& path) const { return prefix_ + path; }

private:
  void read();
  void add_root();
  void ask(place& p) const;

  pid_t process_;
  std::string prefix_;
  unique_fd changes_;
  std::uint64_t generation_ = 0;
  std::list<place> places_; // the local ones first
};

} // namespace fanio::resolve

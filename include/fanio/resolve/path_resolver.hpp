#pragma once

#include <fanio/event_mask.hpp>
#include <fanio/event_range.hpp>
#include <fanio/event_view.hpp>
#include <fanio/file_handle.hpp>
#include <fanio/resolve/error.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace fanio::resolve {

/// What a group has to ask for, with `init_flags::report_dfid_name_target`, so that
/// `path_resolver::update` hears of every directory that changes its place. Without `move`: such
/// events merge with others of the same name while they are queued, and then nobody knows what came
/// first; a rename merges with nothing but a rename between the same two names.
/// *Kernel*: 5.17
inline constexpr event_mask tree_events =
    event_mask::create | event_mask::delete_ | event_mask::rename | event_mask::ondir;

/// The same where the kernel has no `rename`: a directory that is renamed more often than events
/// are read is asked for.
inline constexpr event_mask tree_events_by_moves =
    event_mask::create | event_mask::delete_ | event_mask::move | event_mask::ondir;

struct path_options
{
  /// How many directories are kept in mind; each takes about 85 bytes, and a name of more than 16
  /// its own. Of those above some are forgotten that were not used for long, and asked for again.
  std::size_t max_directories = 100'000;

  /// Whose paths: as this process sees them, below its root, in its mount namespace. 0: this one.
  /// Another's need the permission to look into /proc/PID/root.
  pid_t process = 0;

  /// Whether `update` gets `tree_events` (or those by moves) of all that is resolved. If not, a
  /// path that was known is asked for again each time before it is told, which takes a system call.
  bool is_updated = true;
};

/// Finds the paths of events by their file handles.
///
/// It keeps a tree of directories in mind, each by its handle, with its parent and its name. A
/// directory that is not known is opened by its handle (open_by_handle_at(2), with O_PATH, which
/// makes no events), and it and those above it are remembered. Who may not do that can `learn`
/// directories by path, best when he marks them. A directory that is known costs no system call.
///
/// A path is that of now, or of the time of the event where later changes are still queued: the
/// events of a group, given to `update` in their order, keep the tree at the time of what is read.
/// What can't be known is an error, never another path.
///
/// *Thread safety*: distinct objects are independent; one is used by one thread at a time.
/// *Kernel*: 5.9 (`report_dfid_name`); with `is_updated` 5.17 (`report_target_fid`).
///
/// ```cpp
/// fanio::resolve::path_resolver resolver;
/// std::string path;
/// const auto events = co_await group.async_read_events(buffer);
/// resolver.foresee(events);
/// for (const auto e : events)
/// {
///   resolver.update(e);
///   if (const auto ec = resolver.resolve(e, path); !ec)
///   {
///     std::cout << path << '\n';
///   }
/// }
/// resolver.end_batch(group);
/// ```
class path_resolver
{
public:
  FANIO_API explicit path_resolver(const path_options& options = {});
  FANIO_API path_resolver(path_resolver&&) noexcept;
  FANIO_API path_resolver& operator=(path_resolver&&) noexcept;
  FANIO_API ~path_resolver();

  /// Remembers where a directory is, or a file, under the path that is given. It is not
  /// forgotten for others. Follows a symbolic link.
  ///
  /// *Errors*: those of name_to_handle_at(2) and statfs(2).
  FANIO_API void learn(const std::filesystem::path& path, error_code& ec);

  /// Remembers that a directory is in another one that is known, under a name, as whoever lists
  /// that one sees. Unlike a path it follows when either is renamed, and may be forgotten for
  /// others. Does nothing where the other one is not known.
  FANIO_API void learn(const file_handle_view& directory, std::string_view name,
                       const file_handle_view& child);

  /// Learns from all the events of a read where directories were that are gone since, or have
  /// moved: when it comes to the events before, they can't be asked for any more. Asks where those
  /// are into which directories came. To be called before `update` of the first; what is known
  /// already is left as it is.
  FANIO_API void foresee(const event_range& events);

  /// Follows what an event tells: directories that came, moved or went; an overflow, after which
  /// nothing is certain. To be called for each event in the order of reading. Makes no system call
  /// but after an overflow, to see whether what was learnt is still there.
  FANIO_API void update(const event_view& e);

  /// To be called when the events of a read have been resolved, with `group.queued()`: how many are
  /// still to be read. Until these have been told to `update`, what the kernel was asked for in
  /// this batch may be ahead of the events: a directory that is needed again is looked at once, and
  /// again after each event that tells that a directory was moved.
  ///
  /// It follows the mounts, and lets go of the filesystems that were opened to ask: they can't be
  /// unmounted meanwhile. Where nothing was asked and no mount has changed it is one system call.
  FANIO_API void end_batch(std::size_t queued);

  /// The same, with a handle. The kernel counts what is queued one by one: it is asked only where
  /// that matters, which is after something was asked for, or directories were renamed. An error
  /// counts as an empty queue.
  template <typename Group>
    requires requires(const Group& group, error_code& ec) {
      { group.queued(ec) } -> std::same_as<std::size_t>;
    }
  void end_batch(const Group& group)
  {
    error_code ignored;
    end_batch(wants_queued() ? group.queued(ignored) : 0);
  }

  /// Puts the path of an event's object into `path`, whose memory is used again: that of the name
  /// in its directory, if the event has these; else of the handle of the object; else of its
  /// descriptor. Of a rename it is the new one. Empty on failure.
  ///
  /// The bytes are those of the filesystem, in whatever encoding.
  [[nodiscard]] FANIO_API error_code resolve(const event_view& e, std::string& path);

  /// The path that an object had before the rename that the event tells of.
  [[nodiscard]] FANIO_API error_code resolve_old(const event_view& e, std::string& path);

  /// The path of a name in a directory; of the directory itself, if the name is "." or empty.
  [[nodiscard]] FANIO_API error_code resolve(const file_handle_view& directory,
                                             std::string_view name, std::string& path);

  /// The path that the last `resolve` gave leads nowhere any more, as far as is known: it, or a
  /// directory in it, was removed.
  [[nodiscard]] FANIO_API bool is_deleted() const noexcept;

  /// What is kept in mind, and what that took.
  struct statistics
  {
    std::size_t directories = 0;
    std::size_t bytes = 0;
    std::uint64_t evictions = 0; ///< Directories forgotten for others.
    std::uint64_t asked = 0;     ///< Directories that the kernel was asked for.
    std::uint64_t resets = 0;    ///< How often all was forgotten but what was learnt by path.
    std::uint64_t mount_changes =
        0; ///< How often mounts came or went, and paths had to be seen to.
  };

  [[nodiscard]] FANIO_API statistics stats() const noexcept;

private:
  [[nodiscard]] FANIO_API bool wants_queued() const noexcept;

  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace fanio::resolve

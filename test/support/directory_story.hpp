#pragma once

#include "identity.hpp"
#include "scenario.hpp"

#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace test {

/// How a story is watched: by a filesystem mark, and a mount mark for what is opened in the
/// directory, or by inode marks on the two directories.
enum class watched_by
{
  filesystem,
  directories,
};

/// A fixture of what is told by names, parents and targets. The story: in a root, a directory
/// `before` is made; in it a file `old` is made, written, renamed to `new` and removed; then the
/// directory is listed, renamed to `after` and removed.
struct directory_story : scenario
{
  /// Which groups know what.
  static constexpr std::initializer_list<init_flags> named = {
      init_flags::report_dfid_name, init_flags::report_dfid_name | init_flags::report_fid,
      init_flags::report_dfid_name_target};
  static constexpr std::initializer_list<init_flags> unnamed = {
      init_flags::report_dir_fid, init_flags::report_dir_fid | init_flags::report_fid};

  template <typename Row>
  void each(std::initializer_list<init_flags> groups, Row&& row)
  {
    for (const auto flags : groups)
    {
      for (const auto way : {watched_by::filesystem, watched_by::directories})
      {
        BOOST_TEST_CONTEXT(to_string(flags) +
                           (way == watched_by::filesystem ? ", by filesystem" : ", by directories"))
        {
          row(flags, way);
          std::filesystem::remove(before);
        }
      }
    }
  }

  /// `extra` is watched too, where the entries are.
  fanotify_handle watch(init_flags flags, watched_by way, event_mask extra = {})
  {
    auto group = open(flags);
    if (way == watched_by::filesystem)
    {
      group.add_mark(root, entries | extra, mark_target::filesystem);
    }
    else
    {
      group.add_mark(root, entries | extra);
    }
    return group;
  }

  /// The first act.
  void make_directory()
  {
    std::filesystem::create_directory(before);
    dir_id = identity(before);
  }

  /// The directory is there now: what is opened in it is told from here on. It is shown by another
  /// mount, which alone has the mount mark; a mount point itself could not be renamed.
  void watch_opening(fanotify_handle& group, watched_by way, event_mask extra = {})
  {
    if (way == watched_by::filesystem)
    {
      shown.emplace(before.string(), nullptr, MS_BIND);
      group.add_mark(shown->path(), opening, mark_target::mount);
    }
    else
    {
      group.add_mark(before, entries | opening | event_mask::event_on_child | extra);
    }
  }

  /// The second act.
  void use_file()
  {
    const auto in = shown ? shown->path() : before;
    BOOST_REQUIRE(::mknod((in / "old").c_str(), S_IFREG | 0600, 0) == 0);
    file_id = identity(in / "old");
    fanio::unique_fd fd(::open((in / "old").c_str(), O_WRONLY | O_CLOEXEC));
    BOOST_REQUIRE(::write(fd.get(), "x", 1) == 1);
    std::filesystem::rename(in / "old", in / "new");
    fd.reset();
    std::filesystem::remove(in / "new");
  }

  /// The third act. By directories it is moved through one that nobody watches, so that each end
  /// of the way has but one side to tell.
  void remove_directory(watched_by way)
  {
    std::filesystem::directory_iterator(shown ? shown->path() : before);
    shown.reset();
    if (way == watched_by::directories)
    {
      std::filesystem::rename(before, unwatched / "between");
      std::filesystem::rename(unwatched / "between", after);
    }
    else
    {
      std::filesystem::rename(before, after);
    }
    std::filesystem::remove(after);
  }

  /// The whole story; the events of the third act.
  std::vector<event> third_act(init_flags flags, watched_by way, event_mask extra = {})
  {
    auto group = watch(flags, way, extra);
    make_directory();
    watch_opening(group, way);
    drain(group);
    remove_directory(way);
    return drain(group);
  }

  /// The events with a bit of this mask.
  static std::vector<const event*> with(const std::vector<event>& events, event_mask mask)
  {
    std::vector<const event*> found;
    for (const auto& e : events)
    {
      if (has_any(e.mask(), mask))
      {
        found.push_back(&e);
      }
    }
    return found;
  }

  /// The one event with a bit of this mask.
  static const event& only(const std::vector<event>& events, event_mask mask)
  {
    const auto found = with(events, mask);
    BOOST_REQUIRE(found.size() == 1U);
    return *found.front();
  }

  static constexpr auto entries = event_mask::create | event_mask::delete_ | event_mask::move |
                                  event_mask::delete_self | event_mask::move_self |
                                  event_mask::ondir;
  static constexpr auto opening = event_mask::open | event_mask::close | event_mask::ondir;

  private_filesystem fs;
  std::filesystem::path root = fs.path();
  std::filesystem::path before = root / "before";
  std::filesystem::path after = root / "after";
  std::filesystem::path unwatched = fs.make_directory("unwatched");
  fanio::file_handle root_id = identity(root);
  fanio::file_handle dir_id;
  fanio::file_handle file_id;
  std::optional<mount_point> shown;
};

} // namespace test

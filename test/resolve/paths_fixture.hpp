#pragma once

#include "support/scenario.hpp"
#include <fanio/resolve/path_resolver.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace test {

namespace fs = std::filesystem;
namespace resolve = fanio::resolve;

inline constexpr auto watched = resolve::tree_events | event_mask::close_write;

/// One filesystem, watched whole, and a resolver that hears of all that happens in it.
struct paths_fixture : scenario
{
  fanotify_handle watch(const fs::path& path, mark_target target = mark_target::filesystem)
  {
    auto group = open(init_flags::report_dfid_name_target);
    group.add_mark(
        path, watched | (target == mark_target::inode ? event_mask::event_on_child : event_mask{}),
        target);
    return group;
  }

  /// The path, or why there is none.
  std::string path_of(const event& e)
  {
    std::string path;
    const auto ec = resolver.resolve(e, path);
    return ec ? ec.message() : path;
  }

  /// The paths of all that is queued, as they were told in turn.
  std::vector<std::string> paths(fanotify_handle& group)
  {
    std::vector<std::string> all;
    for (const auto& e : drain(group))
    {
      resolver.update(e);
      all.push_back(path_of(e));
    }
    resolver.end_batch(group.queued());
    return all;
  }

  /// The last of them, which mostly is all that a test is about.
  std::string last_path(fanotify_handle& group)
  {
    const auto all = paths(group);
    return all.empty() ? "no event" : all.back();
  }

  /// The paths of all that is queued, which is looked through before.
  std::vector<std::string> foreseen_paths(fanotify_handle& group)
  {
    constexpr std::size_t for_all = 256 * 1024;
    fanio::event_buffer large(for_all);
    const auto events = group.read_events(large);
    resolver.foresee(events);
    std::vector<std::string> all;
    for (const auto& e : events)
    {
      resolver.update(e);
      std::string path;
      const auto ec = resolver.resolve(e, path);
      all.push_back(ec ? ec.message() : path);
    }
    resolver.end_batch(group.queued());
    return all;
  }

  resolve::path_resolver resolver;
};

/// Makes a file, and closes it.
inline void write(const fs::path& file)
{
  std::ofstream(file) << "text";
}

} // namespace test

#pragma once

#include "../harness/bench_case.hpp"

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace fanio::bench {

/// A program that prints a line for each change: one of the peers, or fanio's own, or raw C.
struct peer
{
  /// How one knows that it watches all that it is to watch.
  enum class readiness
  {
    words,         ///< It prints "Watches established.".
    marker,        ///< It says nothing, but tells of what is done for it to see.
    inotify_marks, ///< It says nothing: the kernel is asked how many marks it has.
  };

  std::string name;              ///< In the table.
  std::vector<std::string> argv; ///< It is run in the root of what it watches; {} stands for that.
  readiness ready_by = readiness::words;
  std::string missing = {}; ///< Why it can't be run here. Empty if it can.
  std::size_t most_rounds =
      std::numeric_limits<std::size_t>::max(); ///< Fewer for those without a goal.
};

/// The programs from Debian's packages. What they print is one line a change with the whole path;
/// their `missing` says whether they are installed.
[[nodiscard]] peer inotifywait();
[[nodiscard]] peer fsnotifywait_filesystem(); ///< -S
[[nodiscard]] peer fsnotifywait_tree();       ///< -F -r
[[nodiscard]] peer fswatch();
[[nodiscard]] peer fatrace();

/// Those from npm, by scripts of the harness.
[[nodiscard]] peer chokidar();
[[nodiscard]] peer parcel_watcher();

/// The harness's own program in C, with what is said between its name and the root.
[[nodiscard]] peer raw_watch(const run_options& options, const std::string& name,
                             const std::vector<std::string>& arguments);

/// `fanio watch` of what is created, with these options.
[[nodiscard]] peer fanio_watch(const run_options& options, const std::string& name,
                               const std::vector<std::string>& arguments);

/// `fanio trace` of opens on the filesystem that it is run in, as `fatrace`.
[[nodiscard]] peer fanio_trace(const run_options& options, const std::string& name,
                               const std::vector<std::string>& arguments);

} // namespace fanio::bench

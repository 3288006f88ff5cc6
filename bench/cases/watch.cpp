#include "../peers/turn.hpp"
#include "cases.hpp"

#include <string>
#include <vector>

namespace fanio::bench {

// All print one line with the whole path for each file that is made, into a file.
//
// Who marks each directory, inotifywait and `fanio watch -r` know all directories before they are
// ready, which does not count here: see watch-start for that. Who marks the filesystem asks for
// each when it is needed first. C asks for less than fanio: for names only, and nothing of renames.

namespace {

std::vector<peer> programs(const run_options& options)
{
  return {
      raw_watch(options, "raw C, filesystem mark", {}),
      raw_watch(options, "raw C, filesystem mark, linger 100 us", {"-l", "100"}),
      raw_watch(options, "raw C, a mark on each directory", {"-d"}),
      fanio_watch(options, "fanio watch -S", {"-S"}),
      fanio_watch(options, "fanio watch -S --linger 0", {"-S", "--linger", "0"}),
      fanio_watch(options, "fanio watch -r", {"-r"}),
      fanio_watch(options, "fanio watch -r --linger 0", {"-r", "--linger", "0"}),
      inotifywait(),
      fsnotifywait_filesystem(),
      fsnotifywait_tree(),
      fswatch(),
      parcel_watcher(),
      chokidar(),
  };
}

void compare_all(const run_options& options, outcome& found, const storm& made, reading when,
                 const std::string& suffix)
{
  competition race(found, programs(options), made, when, suffix);
  race.run(options);
  // fanio lets events wait for 100 us, unless it is told otherwise: C does the same.
  for (const std::string ours : {"fanio watch -S", "fanio watch -r"})
  {
    race.compare(ours, "raw C, filesystem mark, linger 100 us", at_most(1.3));
    race.compare(ours + " --linger 0", "raw C, filesystem mark", at_most(1.3));
    race.compare(ours, "inotifywait -r", at_most(0.8));
    race.compare(ours, "fsnotifywait -S, by lines", at_most(0.3));
  }
}

} // namespace

void watch_case(const run_options& options, outcome& found)
{
  const auto directories = options.scaled<std::size_t>(1'000, 20);
  const auto made = options.scaled<std::size_t>(50'000, 400);
  compare_all(
      options, found,
      {.kind = storm_kind::create, .root = {}, .directories = directories, .operations = made},
      reading::live, ", live");

  // inotify's queue holds 16,384 events, and fswatch asks for all there are: some five a file.
  const auto fitting = options.scaled<std::size_t>(2'500, 400);
  compare_all(
      options, found,
      {.kind = storm_kind::create, .root = {}, .directories = directories, .operations = fitting},
      reading::afterwards, ", full queue");
}

} // namespace fanio::bench

#include "../peers/turn.hpp"
#include "cases.hpp"

#include <string>
#include <utility>
#include <vector>

namespace fanio::bench {

// All print one line with the whole path for each file that is made, into a file.
//
// inotifywait, `fanio watch -r` and who "knows all" know all directories before they are ready,
// which does not count here: see watch-start for that. The others ask for each when it is needed
// first. C asks the kernel for the same events as fanio, with the same records.

namespace {

std::vector<peer> programs(const run_options& options)
{
  return {
      raw_watch(options, "raw C, filesystem mark", {}),
      raw_watch(options, "raw C, filesystem mark, linger 100 us", {"-l", "100"}),
      raw_watch(options, "raw C, knows all", {"-k"}),
      raw_watch(options, "raw C, knows all, linger 100 us", {"-k", "-l", "100"}),
      raw_watch(options, "raw C, a mark on each directory, knows all", {"-d", "-k"}),
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
  const std::vector<std::pair<std::string, std::string>> pairs{
      {"fanio watch -S", "raw C, filesystem mark"}, {"fanio watch -r", "raw C, knows all"}};
  for (const auto& [ours, in_c] : pairs)
  {
    race.compare(ours, in_c + ", linger 100 us", at_most(1.3));
    race.compare(ours + " --linger 0", in_c, at_most(1.3));
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

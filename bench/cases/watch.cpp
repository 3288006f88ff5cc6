#include "../peers/turn.hpp"
#include "cases.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fanio::bench {

// All print one line with the whole path for each file that is made, into a file. C asks the kernel
// for the same events as fanio, with the same records.
//
// Who watches a tree (-r) and who "knows all" know all directories before they are ready, which
// does not count here: see watch-start for that. Who watches a filesystem (-S) asks for each when
// it is needed first. So goals are for their like only.

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

struct watch_goals
{
  std::optional<goal> of_c;
  std::optional<goal> of_inotifywait;
  std::optional<goal> of_fsnotifywait;
};

void compare_all(const run_options& options, outcome& found, const storm& made, reading when,
                 const std::string& suffix, const watch_goals& to_reach)
{
  competition race(found, programs(options), made, when, suffix);
  race.run(options);
  // fanio lets events wait for 100 us, unless it is told otherwise: C does the same.
  race.compare("fanio watch -S", "raw C, filesystem mark, linger 100 us", to_reach.of_c);
  race.compare("fanio watch -S", "inotifywait -r"); // which knows its directories before
  race.compare("fanio watch -S", "fsnotifywait -S, by lines", to_reach.of_fsnotifywait);
  race.compare("fanio watch -S --linger 0", "raw C, filesystem mark", to_reach.of_c);
  race.compare("fanio watch -r", "raw C, knows all, linger 100 us", to_reach.of_c);
  race.compare("fanio watch -r", "inotifywait -r", to_reach.of_inotifywait);
  race.compare("fanio watch -r", "fsnotifywait -F -r", to_reach.of_fsnotifywait);
  race.compare("fanio watch -r --linger 0", "raw C, knows all", to_reach.of_c);
}

} // namespace

void watch_case(const run_options& options, outcome& found)
{
  const auto directories = options.scaled<std::size_t>(1'000, 20);
  const auto made = options.scaled<std::size_t>(50'000, 400);
  compare_all(
      options, found,
      {.kind = storm_kind::create, .root = {}, .directories = directories, .operations = made},
      reading::live, ", live", {at_most(1.3), at_most(0.8), at_most(0.3)});

  // inotify's queue holds 16,384 events, and fswatch asks for all there are: some five a file.
  const auto fitting = options.scaled<std::size_t>(2'500, 400);
  compare_all(
      options, found,
      {.kind = storm_kind::create, .root = {}, .directories = directories, .operations = fitting},
      reading::afterwards, ", full queue", {});
}

} // namespace fanio::bench

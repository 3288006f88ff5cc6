#include "../peers/turn.hpp"
#include "cases.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fanio::bench {

// Both ask the kernel for all events that fatrace knows, of the same filesystem, and print the same
// columns of those that have an O: the name of the process, its number, the letters, the path. Of
// those that the storm does not make fanio asks for others: FAN_RENAME, and not FAN_MOVED_FROM and
// FAN_MOVED_TO.

namespace {

void compare_with_fatrace(const run_options& options, outcome& found, const storm& made,
                          reading when, const std::string& suffix, std::optional<goal> to_reach)
{
  competition race(found,
                   {fatrace(), fanio_trace(options, "fanio trace", {}),
                    fanio_trace(options, "fanio trace --linger 0", {"--linger", "0"})},
                   made, when, suffix);
  race.run(options);
  race.compare("fanio trace", "fatrace", to_reach);
  race.compare("fanio trace --linger 0", "fatrace");
}

} // namespace

void trace_case(const run_options& options, outcome& found)
{
  const auto opens = options.scaled<std::size_t>(100'000, 2'000);
  const auto directories = options.scaled<std::size_t>(1'000, 20);
  compare_with_fatrace(
      options, found,
      {.kind = storm_kind::open_close, .root = {}, .directories = directories, .operations = opens},
      reading::live, ", live", at_most(0.5));

  // The queue holds 16,384 events, and an open and a close may be two.
  const auto fitting = options.scaled<std::size_t>(8'000, 2'000);
  compare_with_fatrace(options, found,
                       {.kind = storm_kind::open_close,
                        .root = {},
                        .directories = directories,
                        .operations = fitting},
                       reading::afterwards, ", full queue", {});
}

} // namespace fanio::bench

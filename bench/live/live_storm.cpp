#include "live_storm.hpp"

#include <algorithm>
#include <utility>

namespace fanio::bench {

namespace {

constexpr std::string_view raw_program = "fanio_raw_live";

template <typename Blow>
storm_result measure(const live_reader& reader, const storm& s, Blow blow)
{
  storm_result result;
  result.expected = changes_of(s);
  const auto counts = reader.counts();
  const auto cpu = reader.cpu_time();
  result.workload = blow();
  const auto after = reader.wait_for(counts.changes + result.expected);
  result.cpu = reader.cpu_time() - cpu;
  result.seen = after - counts;
  return result;
}

} // namespace

std::uint64_t changes_of(const storm& s) noexcept
{
  switch (s.kind)
  {
  case storm_kind::create: // a creation; opened and closed, which nobody asks for
    return s.operations;
  case storm_kind::open_close:
    return 2 * s.operations;
  case storm_kind::churn:
    return 3 * s.operations;
  }
  return 0;
}

std::string changes_word(storm_kind kind)
{
  return kind == storm_kind::open_close ? "opens" : "names";
}

void warm_up(const live_reader& reader, const storm& s)
{
  auto first = s;
  first.operations = std::min(s.operations, s.directories);
  static_cast<void>(run_live(reader, first));
}

storm_result run_live(const live_reader& reader, const storm& s)
{
  return measure(reader, s, [&s] { return s.blow(); });
}

storm_result run_queued(const live_reader& reader, const storm& s)
{
  return measure(reader, s,
                 [&]
                 {
                   reader.stop();
                   const auto time = s.blow();
                   reader.go_on();
                   return time;
                 });
}

storm_watcher raw_watcher(std::string name, std::chrono::microseconds linger, bool finds_paths,
                          std::size_t buffer_bytes)
{
  return {std::move(name),
          {std::string(raw_program), finds_paths ? "paths" : "no-paths",
           std::to_string(buffer_bytes), std::to_string(linger.count())}};
}

storm_watcher library_watcher(std::string name, std::chrono::microseconds linger,
                              std::vector<std::string> options, std::string program)
{
  options.insert(options.begin(), {std::move(program), "--linger", std::to_string(linger.count())});
  return {std::move(name), std::move(options)};
}

live_reader::command command_of(const run_options& options, const storm_watcher& watcher,
                                const storm& s)
{
  return [&options, &watcher, &s](const std::string& board)
  {
    std::vector<std::string> argv{options.programs + '/' + watcher.options.front(), "storm",
                                  s.root.native(), changes_word(s.kind), board};
    argv.insert(argv.end(), watcher.options.begin() + 1, watcher.options.end());
    return argv;
  };
}

} // namespace fanio::bench

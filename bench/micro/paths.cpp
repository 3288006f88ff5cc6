#include "known_directories.hpp"
#include "synthetic_events.hpp"
#include <fanio/parse_events.hpp>
#include <fanio/resolve/path_resolver.hpp>
#include <fanio/resolve/process_table.hpp>

#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>

namespace fanio::bench {

namespace {

/// Paths of events whose directories are known: so many directories (the first argument), so many
/// events in a row of the same (the second).
void resolve_path(benchmark::State& state)
{
  constexpr std::size_t count = 10'000;
  const auto directories = static_cast<std::size_t>(state.range(0));
  resolve::path_resolver resolver;
  try
  {
    learn_directories(resolver, directories);
  }
  catch (const std::exception& e)
  {
    return state.SkipWithError(e.what());
  }
  const auto batch =
      events_in_directories(count, directories, static_cast<std::size_t>(state.range(1)));
  const auto events = parse_events(batch.bytes, batch.group);
  std::string path;
  for (auto step : state)
  {
    for (const auto e : events)
    {
      resolver.update(e);
      if (resolver.resolve(e, path))
      {
        return state.SkipWithError("A directory is not known.");
      }
      benchmark::DoNotOptimize(path);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
}

BENCHMARK(resolve_path)->ArgsProduct({{100, 10'000}, {1, 50}});

/// A path that is asked for by handle and name.
void resolve_name(benchmark::State& state)
{
  resolve::path_resolver resolver;
  try
  {
    learn_directories(resolver, 1);
  }
  catch (const std::exception& e)
  {
    return state.SkipWithError(e.what());
  }
  const auto directory = directory_handle(0);
  std::string path;
  for (auto step : state)
  {
    benchmark::DoNotOptimize(resolver.resolve(directory, "file.txt", path));
    benchmark::DoNotOptimize(path);
  }
}

BENCHMARK(resolve_name);

/// Events of one process, in one read.
void find_process(benchmark::State& state)
{
  const auto batch = events_with_fid();
  const auto events = parse_events(batch.bytes, batch.group);
  resolve::process_table table;
  table.start_batch();
  for (auto step : state)
  {
    for (const auto e : events)
    {
      benchmark::DoNotOptimize(table.find(e));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch.count));
}

BENCHMARK(find_process);

} // namespace

} // namespace fanio::bench

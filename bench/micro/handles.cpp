#include "synthetic_events.hpp"
#include <fanio/file_handle.hpp>

#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace fanio::bench {

namespace {

/// A handle of so many bytes: ext4 makes 8, tmpfs 12, XFS 12 or 24, btrfs 20 or 40.
file_handle handle_of_size(std::int64_t size)
{
  const std::vector<std::byte> bytes(static_cast<std::size_t>(size), std::byte{0x5a});
  return file_handle({{{0x11, 0x22}}, 1, bytes});
}

void hash_handle(benchmark::State& state)
{
  auto handle = handle_of_size(state.range());
  for (auto step : state)
  {
    benchmark::DoNotOptimize(handle);
    benchmark::DoNotOptimize(hash_value(handle.view()));
  }
}

void compare_equal_handles(benchmark::State& state)
{
  auto a = handle_of_size(state.range());
  auto b = a;
  for (auto step : state)
  {
    benchmark::DoNotOptimize(a);
    benchmark::DoNotOptimize(b);
    benchmark::DoNotOptimize(a.view() == b.view());
  }
}

void compare_other_handles(benchmark::State& state)
{
  auto a = directory_handle(1);
  auto b = directory_handle(2);
  for (auto step : state)
  {
    benchmark::DoNotOptimize(a);
    benchmark::DoNotOptimize(b);
    benchmark::DoNotOptimize(a.view() == b.view());
  }
}

void order_handles(benchmark::State& state)
{
  auto a = directory_handle(1);
  auto b = directory_handle(2);
  for (auto step : state)
  {
    benchmark::DoNotOptimize(a);
    benchmark::DoNotOptimize(b);
    benchmark::DoNotOptimize(a.view() <=> b.view());
  }
}

void copy_handle(benchmark::State& state)
{
  auto handle = handle_of_size(state.range());
  for (auto step : state)
  {
    benchmark::DoNotOptimize(handle);
    benchmark::DoNotOptimize(file_handle(handle.view()));
  }
}

void all_sizes(benchmark::internal::Benchmark* of)
{
  of->Arg(8)->Arg(12)->Arg(20)->Arg(40)->Arg(file_handle::max_bytes);
}

BENCHMARK(hash_handle)->Apply(all_sizes);
BENCHMARK(compare_equal_handles)->Apply(all_sizes);
BENCHMARK(compare_other_handles);
BENCHMARK(order_handles);
BENCHMARK(copy_handle)->Apply(all_sizes);

} // namespace

} // namespace fanio::bench

#include "synthetic_events.hpp"
#include <fanio/detail/buffer_state.hpp>
#include <fanio/detail/group_state.hpp>
#include <fanio/parse_events.hpp>

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdint>
#include <memory>

namespace fanio::bench {

namespace {

// Times are of one read; "items" are events.

void parse(benchmark::State& state, const synthetic_events& events)
{
  for (auto step : state)
  {
    error_code ec;
    benchmark::DoNotOptimize(parse_events(events.bytes, events.group, ec));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events.count));
}

BENCHMARK_CAPTURE(parse, fd, events_with_fd());
BENCHMARK_CAPTURE(parse, fd_and_pidfd, events_with_fd_and_pidfd());
BENCHMARK_CAPTURE(parse, permission, permission_events());
BENCHMARK_CAPTURE(parse, fid, events_with_fid());
BENCHMARK_CAPTURE(parse, names, events_with_names());
BENCHMARK_CAPTURE(parse, renames, renames());

/// What a buffer does with the bytes of a read, and at the next read with what was in it. The
/// closing of descriptors is not in it.
void accept(benchmark::State& state, const synthetic_events& events)
{
  detail::buffer_state buffer(event_buffer::default_bytes);
  const auto group = std::make_shared<detail::group_state>(-1, events.group, permission_policy{});
  std::ranges::copy(events.bytes, buffer.storage().begin());
  for (auto step : state)
  {
    error_code ec;
    buffer.clear();
    buffer.accept(events.bytes.size(), group, ec);
    benchmark::DoNotOptimize(buffer.events());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events.count));
}

BENCHMARK_CAPTURE(accept, fid, events_with_fid());
BENCHMARK_CAPTURE(accept, names, events_with_names());
BENCHMARK_CAPTURE(accept, renames, renames());

/// What a reader asks of each event.
template <typename Look>
void look_at(benchmark::State& state, const synthetic_events& events, const Look& look)
{
  const auto range = parse_events(events.bytes, events.group);
  for (auto step : state)
  {
    for (const auto e : range)
    {
      look(e);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events.count));
}

constexpr auto look_at_fd = [](const event_view& e)
{
  benchmark::DoNotOptimize(e.mask());
  benchmark::DoNotOptimize(e.fd());
};

constexpr auto look_at_pidfd = [](const event_view& e) { benchmark::DoNotOptimize(e.pidfd()); };

constexpr auto look_at_request = [](const event_view& e)
{ benchmark::DoNotOptimize(e.needs_response()); };

constexpr auto look_at_fid = [](const event_view& e) { benchmark::DoNotOptimize(e.fid()); };

constexpr auto look_at_name = [](const event_view& e)
{
  benchmark::DoNotOptimize(e.dfid());
  benchmark::DoNotOptimize(e.name());
};

constexpr auto look_at_rename = [](const event_view& e)
{
  benchmark::DoNotOptimize(e.old_name());
  benchmark::DoNotOptimize(e.new_name());
};

BENCHMARK_CAPTURE(look_at, fd, events_with_fd(), look_at_fd);
BENCHMARK_CAPTURE(look_at, pidfd, events_with_fd_and_pidfd(), look_at_pidfd);
BENCHMARK_CAPTURE(look_at, permission, permission_events(), look_at_request);
BENCHMARK_CAPTURE(look_at, fid, events_with_fid(), look_at_fid);
BENCHMARK_CAPTURE(look_at, names, events_with_names(), look_at_name);
BENCHMARK_CAPTURE(look_at, renames, renames(), look_at_rename);

} // namespace

} // namespace fanio::bench

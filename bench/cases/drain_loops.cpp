// fanio beside a loop in C that does the same with each event.

#include "cases.hpp"
#include "drain.hpp"
#include "drain_readers.hpp"

#include <optional>
#include <string>
#include <utility>

namespace fanio::bench {

namespace {

/// The ratios to raw C that are to be reached.
struct loop_goals
{
  std::optional<goal> callback = {};
  std::optional<goal> coroutine = {};
};

/// The rows of the loop in C and of both ways of reading; that of the first, and of callbacks.
template <typename Look>
std::pair<const row*, const row*> add_loops(drain_contest& contest, const drain_plan& plan,
                                            drain_function* loop, const std::string& loop_name,
                                            const loop_goals& goals = {},
                                            const std::string& suffix = {})
{
  using look = look_at_each<Look>;
  const auto& raw = contest.add(loop_name + suffix, plan, raw_drainer(loop));
  const auto& callback =
      contest.add("fanio, callback" + suffix, plan, fanio_reader<callback_drainer<look>>());
  const auto& coroutine =
      contest.add("fanio, coroutine" + suffix, plan, fanio_reader<coroutine_drainer<look>>());
  contest.compare(callback, raw, goals.callback);
  contest.compare(coroutine, raw, goals.coroutine);
  return {&raw, &callback};
}

} // namespace

void drain_names_case(const run_options& options, outcome& out)
{
  drain_plan plan{.operations = options.scaled<std::size_t>(50'000, 6'000)};
  drain_contest contest(options, out);
  const auto* const raw =
      add_loops<look_at_names>(contest, plan, drain_names, "raw C", {at_most(1.03), at_most(1.06)})
          .first;
  using synchronous = synchronous_drainer<look_at_each<look_at_names>>;
  contest.compare(contest.add("fanio, read_events", plan, fanio_reader<synchronous>()), *raw);
  plan.buffer_bytes = 4096; // some 60 events a read, not a thousand: what a read takes weighs more
  add_loops<look_at_names>(contest, plan, drain_names, "raw C", {}, ", 4 KiB");
  contest.run();
}

void drain_handles_case(const run_options& options, outcome& out)
{
  drain_contest contest(options, out);
  add_loops<look_at_handles>(contest,
                             {.kind = storm_kind::open_close,
                              .operations = options.scaled<std::size_t>(50'000, 6'000),
                              .flags = init_flags::report_fid,
                              .mask = event_mask::open,
                              .buffer_bytes = 4096},
                             drain_handles, "raw C");
  contest.run();
}

void drain_descriptors_case(const run_options& options, outcome& out)
{
  const drain_plan plan{.kind = storm_kind::open_close,
                        .operations = options.scaled<std::size_t>(50'000, 4'000),
                        .flags = init_flags::class_notif,
                        .mask = event_mask::open,
                        .buffer_bytes = 4096};
  drain_contest contest(options, out);
  const auto [raw, callback] = add_loops<look_at_descriptors>(
      contest, plan, drain_descriptors, "raw C, close", {.callback = at_most(0.92)});
  const auto& runs = contest.add("raw C, close_range", plan, raw_drainer(drain_descriptor_runs));
  contest.compare(runs, *raw);
  contest.compare(*callback, runs);
  contest.run();
}

} // namespace fanio::bench

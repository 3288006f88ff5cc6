#include "cases.hpp"
#include "drain.hpp"
#include "drain_readers.hpp"

namespace fanio::bench {

void drain_descriptors_case(const run_options& options, outcome& out)
{
  const drain_plan plan{.kind = storm_kind::open_close,
                        .operations = options.scaled<std::size_t>(50'000, 4'000),
                        .flags = init_flags::class_notif,
                        .mask = event_mask::open,
                        .buffer_bytes = 4096};
  using look = look_at_each<look_at_descriptors>;

  drain_contest contest(options, out);
  const auto& raw = contest.add("raw C, close", plan, raw_drainer(drain_descriptors));
  const auto& runs = contest.add("raw C, close_range", plan, raw_drainer(drain_descriptor_runs));
  const auto& callback =
      contest.add("fanio, callback", plan, fanio_reader<callback_drainer<look>>());
  const auto& coroutine =
      contest.add("fanio, coroutine", plan, fanio_reader<coroutine_drainer<look>>());
  contest.compare(runs, raw);
  contest.compare(callback, raw, at_most(0.92));
  contest.compare(callback, runs);
  contest.compare(coroutine, raw);
  contest.run();
}

} // namespace fanio::bench

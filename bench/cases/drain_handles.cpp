#include "cases.hpp"
#include "drain.hpp"
#include "drain_readers.hpp"

namespace fanio::bench {

void drain_handles_case(const run_options& options, outcome& out)
{
  const drain_plan plan{.kind = storm_kind::open_close,
                        .operations = options.scaled<std::size_t>(50'000, 6'000),
                        .flags = init_flags::report_fid,
                        .mask = event_mask::open,
                        .buffer_bytes = 4096};
  using look = look_at_each<look_at_handles>;

  drain_contest contest(options, out);
  const auto& raw = contest.add("raw C", plan, raw_drainer(drain_handles));
  const auto& callback =
      contest.add("fanio, callback", plan, fanio_reader<callback_drainer<look>>());
  const auto& coroutine =
      contest.add("fanio, coroutine", plan, fanio_reader<coroutine_drainer<look>>());
  contest.compare(callback, raw);
  contest.compare(coroutine, raw);
  contest.run();
}

} // namespace fanio::bench

#include "cases.hpp"
#include "drain.hpp"
#include "drain_readers.hpp"

namespace fanio::bench {

void drain_names_case(const run_options& options, outcome& out)
{
  const drain_plan plan{.operations = options.scaled<std::size_t>(50'000, 6'000)};
  using look = look_at_each<look_at_names>;

  drain_contest contest(options, out);
  const auto& raw = contest.add("raw C", plan, raw_drainer(drain_names));
  const auto& callback =
      contest.add("fanio, callback", plan, fanio_reader<callback_drainer<look>>());
  const auto& coroutine =
      contest.add("fanio, coroutine", plan, fanio_reader<coroutine_drainer<look>>());
  const auto& synchronous =
      contest.add("fanio, read_events", plan, fanio_reader<synchronous_drainer<look>>());
  contest.compare(callback, raw, at_most(1.03));
  contest.compare(coroutine, raw, at_most(1.06));
  contest.compare(synchronous, raw);
  contest.run();
}

} // namespace fanio::bench

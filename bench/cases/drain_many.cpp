#include "cases.hpp"
#include "drain.hpp"
#include "drain_readers.hpp"

namespace fanio::bench {

void drain_many_case(const run_options& options, outcome& out)
{
  drain_plan plan{.operations = options.scaled<std::size_t>(50'000, 6'000),
                  .directories = 160,
                  .buffer_bytes = event_buffer::default_bytes,
                  .marks_directories = true};
  const auto callback = fanio_reader<callback_drainer<look_at_each<look_at_names>>>();

  drain_contest contest(options, out);
  const auto& one = contest.add("one handle, 160 marks", plan, callback);
  plan.groups = 16;
  const auto& many = contest.add("16 handles, 10 marks each", plan, callback);
  contest.compare(many, one);
  contest.run();
}

} // namespace fanio::bench

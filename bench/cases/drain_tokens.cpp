#include "cases.hpp"
#include "drain.hpp"
#include "drain_readers.hpp"

namespace fanio::bench {

void drain_tokens_case(const run_options& options, outcome& out)
{
  const drain_plan plan{.operations = options.scaled<std::size_t>(30'000, 3'000)};
  using look = look_at_each<look_at_names>;

  drain_contest contest(options, out);
  const auto& callback = contest.add("callback", plan, fanio_reader<callback_drainer<look>>());
  const auto add = [&](const char* program, drainer_maker make)
  { contest.compare(contest.add(program, plan, std::move(make)), callback); };
  add("deferred", fanio_reader<callback_drainer<look, true>>());
  add("use_awaitable", fanio_reader<coroutine_drainer<look>>());
  add("use_future, same thread", fanio_reader<future_drainer<look>>());
  add("use_future, another thread", fanio_reader<threaded_future_drainer<look>>());
  add("async_for_each, function", fanio_reader<stream_drainer<look_at_names>>());
  add("async_for_each, coroutine", fanio_reader<stream_drainer<look_at_names, true>>());
  contest.run();
}

} // namespace fanio::bench

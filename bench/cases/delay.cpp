// How long does it take until the handler has an event?

#include "cases.hpp"
#include "live/delay_contest.hpp"

#include <utility>

namespace fanio::bench {

void delay_case(const run_options& options, outcome& out)
{
  plot curves{.name = "delay",
              .title = "From the system call to the handler",
              .x_label = "microseconds",
              .y_label = "share of the events",
              .logarithmic_x = true,
              .curves = {}};
  const auto rows = run_delay_contest(
      options, out,
      {{"raw C, epoll", {"fanio_raw_live"}},
       {"Asio alone", {"asio_delay"}},
       {"fanio, callback", {"fanio_reader", "--style", "callback", "--buffer", "4096"}},
       {"fanio, coroutine", {"fanio_reader", "--style", "coroutine", "--buffer", "4096"}}},
      options.scaled<std::size_t>(20'000, 500), curves);
  const auto& raw = rows.at("raw C, epoll");
  const auto& asio = rows.at("Asio alone");
  outcome::compare(*asio.p50, *raw.p50);
  outcome::compare(*asio.p99, *raw.p99);
  for (const auto* const name : {"fanio, callback", "fanio, coroutine"})
  {
    outcome::compare(*rows.at(name).p50, *raw.p50, at_most(1.05));
    outcome::compare(*rows.at(name).p99, *raw.p99, at_most(1.2));
    outcome::compare(*rows.at(name).p50, *asio.p50);
    outcome::compare(*rows.at(name).p99, *asio.p99);
  }
  out.add(std::move(curves));
}

} // namespace fanio::bench

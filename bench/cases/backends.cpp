// Asio on epoll against Asio on io_uring: the same reader, compiled for each.

#include "cases.hpp"
#include "harness/process.hpp"
#include "harness/scratch.hpp"
#include "live/delay_contest.hpp"
#include "live/live_reader.hpp"
#include "live/live_storm.hpp"
#include "live/on_core.hpp"
#include "responder_contest.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace fanio::bench {

namespace {

struct backend
{
  std::string name;
  std::string program;
};

const std::vector<backend>& both_backends()
{
  static const std::vector<backend> both{{"epoll", "fanio_reader"},
                                         {"io_uring", "fanio_reader_io_uring"}};
  return both;
}

double ns_an_event(const storm_result& r)
{
  return static_cast<double>(r.cpu.count()) / static_cast<double>(r.seen.events);
}

/// Queues that were filled before, without looking for the paths.
void compare_drains(const run_options& options, outcome& out)
{
  const scratch_mount mount;
  const on_core core(workload_core);
  const storm s{.kind = storm_kind::open_close,
                .root = mount.path() / "storm",
                .directories = 100,
                .operations = options.scaled<std::size_t>(50'000, 2000)};
  s.prepare();
  std::vector<row*> rows;
  for (const auto& b : both_backends())
  {
    rows.push_back(&out.add(b.name, "drain, CPU an event", "ns"));
  }
  std::vector<std::size_t> order{0, 1};
  for (std::size_t round = 0; round < options.rounds; ++round)
  {
    options.progress("drain, round " + std::to_string(round + 1));
    for (const auto i : order)
    {
      const auto watcher =
          library_watcher(both_backends()[i].name, {}, {"--no-paths"}, both_backends()[i].program);
      const live_reader reader(command_of(options, watcher, s));
      warm_up(reader, s);
      const auto result = run_queued(reader, s);
      auto& r = *rows[i];
      r.values.push_back(ns_an_event(result));
      r.expected += result.expected;
      r.lost += result.expected - std::min(result.expected, result.seen.changes);
    }
    std::ranges::reverse(order); // so that none always comes after the other
  }
  outcome::compare(*rows[1], *rows[0]);
}

void compare_delays(const run_options& options, outcome& out)
{
  plot curves{.name = "delay-backends",
              .title = "From the system call to the handler",
              .x_label = "microseconds",
              .y_label = "share of the events",
              .logarithmic_x = true,
              .curves = {}};
  std::vector<delay_probe> probes;
  for (const auto& b : both_backends())
  {
    probes.push_back({b.name, {b.program, "--buffer", "4096"}});
  }
  const auto rows =
      run_delay_contest(options, out, probes, options.scaled<std::size_t>(5000, 250), curves);
  outcome::compare(*rows.at("io_uring").p50, *rows.at("epoll").p50);
  outcome::compare(*rows.at("io_uring").p99, *rows.at("epoll").p99);
  out.add(std::move(curves));
}

void compare_responders(const run_options& options, outcome& out)
{
  responder_contest contest(options, out,
                            {.openers = 1,
                             .opens = options.scaled<std::size_t>(1000, 200),
                             .turns = options.scaled<std::size_t>(8, 2)});
  auto* const epoll = contest.add("epoll", {"fanio_respond_callback"});
  auto* const io_uring = contest.add("io_uring", {"fanio_respond_callback_io_uring"});
  contest.run();
  contest.end_all();
  responder_contest::compare(io_uring, epoll);
}

} // namespace

void backends_case(const run_options& options, outcome& out)
{
  if (!is_installed(options.programs + "/fanio_reader_io_uring"))
  {
    out.leave_out("io_uring", "liburing was not found when this was built");
    return;
  }
  compare_drains(options, out);
  compare_delays(options, out);
  compare_responders(options, out);
}

} // namespace fanio::bench

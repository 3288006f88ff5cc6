#include "delay_contest.hpp"

#include "../harness/scratch.hpp"
#include "../harness/statistics.hpp"
#include "live_reader.hpp"
#include "on_core.hpp"
#include <fanio/unique_fd.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <system_error>

#include <fcntl.h>

namespace fanio::bench {

namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

/// How many events a probe gets before it is the next one's turn.
constexpr std::size_t events_a_block = 250;

/// Between two events: the reader has gone back to sleep by then, as it would have in quiet times.
/// One that is still awake gets its event without being woken.
constexpr auto pause = std::chrono::microseconds(20);

void let_pass(std::chrono::nanoseconds time) noexcept
{
  const auto end = steady_clock::now() + time;
  while (steady_clock::now() < end)
  {
  }
}

void open_and_close(const fs::path& path, int flags)
{
  if (!unique_fd(::open(path.c_str(), flags | O_CLOEXEC, 0600)))
  {
    throw std::system_error(errno, std::system_category(), path.string());
  }
}

struct contestant
{
  fs::path file; ///< In a directory of its own.
  delay_rows rows;
  time_histogram all{};
  time_histogram round{};
};

live_reader::command command_of(const run_options& options, const delay_probe& probe,
                                const fs::path& directory)
{
  return [&](const std::string& board)
  {
    std::vector<std::string> argv{options.programs + '/' + probe.options.front(), "delay",
                                  directory.native(), board};
    argv.insert(argv.end(), probe.options.begin() + 1, probe.options.end());
    return argv;
  };
}

/// Makes events for one reader, and counts how long each took.
void make_block(const live_reader& reader, contestant& c, std::size_t events)
{
  for (std::size_t i = 0; i < events; ++i)
  {
    const auto delay = reader.delay_of([&c] { open_and_close(c.file, O_RDONLY); });
    c.round.count(static_cast<std::uint64_t>(std::max<std::int64_t>(delay.count(), 0)));
    let_pass(pause);
  }
}

/// There and back again, so that nobody always comes after the same one.
void run_round(const run_options& options, const std::vector<delay_probe>& probes,
               std::deque<contestant>& contestants, std::size_t events)
{
  std::vector<std::unique_ptr<live_reader>> readers;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < probes.size(); ++i)
  {
    const auto directory = contestants[i].file.parent_path();
    readers.push_back(std::make_unique<live_reader>(command_of(options, probes[i], directory)));
    contestant warming{.file = contestants[i].file, .rows = {}};
    make_block(*readers.back(), warming, events_a_block);
    order.push_back(i);
  }
  for (std::size_t done = 0; done < events; done += events_a_block)
  {
    for (const auto i : order)
    {
      make_block(*readers[i], contestants[i], std::min(events_a_block, events - done));
    }
    std::ranges::reverse(order);
  }
}

void end_round(contestant& c)
{
  constexpr double microsecond = 1000;
  c.rows.p50->values.push_back(c.round.quantile(0.5) / microsecond);
  c.rows.p99->values.push_back(c.round.quantile(0.99) / microsecond);
  c.all.merge(c.round);
  c.round = {};
}

curve curve_of(const std::string& name, const time_histogram& times)
{
  curve result{name, times.cumulative()};
  for (auto& [nanoseconds, share] : result.points)
  {
    nanoseconds /= 1000;
  }
  return result;
}

} // namespace

std::map<std::string, delay_rows> run_delay_contest(const run_options& options, outcome& out,
                                                    const std::vector<delay_probe>& probes,
                                                    std::size_t events, plot& curves)
{
  const scratch_mount mount;
  const on_core core(workload_core);
  std::deque<contestant> contestants;
  for (const auto& probe : probes)
  {
    const auto directory = mount.path() / std::to_string(contestants.size());
    fs::create_directory(directory);
    auto& c = contestants.emplace_back();
    c.file = directory / "file";
    c.rows = {.p50 = &out.add(probe.name, "delay, p50", "µs"),
              .p99 = &out.add(probe.name, "delay, p99", "µs")};
    open_and_close(c.file, O_CREAT | O_WRONLY);
  }
  for (std::size_t round = 0; round < options.rounds; ++round)
  {
    options.progress("round " + std::to_string(round + 1) + " of " +
                     std::to_string(options.rounds));
    run_round(options, probes, contestants, events);
    std::ranges::for_each(contestants, end_round);
  }
  std::map<std::string, delay_rows> rows;
  for (std::size_t i = 0; i < probes.size(); ++i)
  {
    rows[probes[i].name] = contestants[i].rows;
    curves.curves.push_back(curve_of(probes[i].name, contestants[i].all));
  }
  return rows;
}

} // namespace fanio::bench

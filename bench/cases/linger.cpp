// A storm that is watched while it blows: what does the watching take, and how much slower is the
// work? With a linger the reader is woken less often, which is good for both.

#include "cases.hpp"
#include "harness/cpu.hpp"
#include "harness/scratch.hpp"
#include "live/live_storm.hpp"
#include "live/on_core.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fanio::bench {

namespace {

using namespace std::chrono_literals;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::string_view nobody = "nobody";
constexpr std::string_view raw_at_once = "raw C, at once";

std::vector<storm_watcher> watchers()
{
  return {{std::string(nobody), {}},
          raw_watcher(std::string(raw_at_once)),
          raw_watcher("raw C, 100 us", 100us),
          raw_watcher("raw C, 1 ms", 1ms),
          library_watcher("fanio, at once"),
          library_watcher("fanio, 100 us", 100us),
          library_watcher("fanio, 500 us", 500us),
          library_watcher("fanio, 1 ms", 1ms)};
}

/// The rows of one program; of nobody only the workload's time.
struct watcher_rows
{
  row* workload = nullptr;
  row* cpu = nullptr;
  row* events = nullptr;
};

class contest
{
public:
  contest(const run_options& options, outcome& out, storm s)
      : options_(options),
        out_(out),
        storm_(std::move(s)),
        watchers_(watchers())
  {
    for (const auto& w : watchers_)
    {
      auto& rows = rows_[w.name];
      rows.workload = &out.add(w.name, "workload's time", "ms");
      if (!w.options.empty())
      {
        rows.cpu = &out.add(w.name, "reader's CPU", "ms");
        rows.events = &out.add(w.name, "events read", "events");
      }
    }
  }

  void run()
  {
    storm_.prepare();
    static_cast<void>(storm_.blow()); // so that all is in the kernel's caches for the first, too
    for (std::size_t round = 0; round < options_.rounds; ++round)
    {
      for (const auto& w : watchers_)
      {
        options_.progress("round " + std::to_string(round + 1) + " of " +
                          std::to_string(options_.rounds) + ": " + w.name);
        run(w);
      }
      std::ranges::reverse(watchers_); // so that nobody always comes after the same one
    }
    compare();
  }

private:
  void run(const storm_watcher& w)
  {
    auto& rows = rows_[w.name];
    if (w.options.empty())
    {
      rows.workload->values.push_back(milliseconds(storm_.blow()).count());
      return;
    }
    const live_reader reader(command_of(options_, w, storm_));
    warm_up(reader, storm_);
    const auto result = run_live(reader, storm_);
    rows.workload->values.push_back(milliseconds(result.workload).count());
    rows.cpu->values.push_back(milliseconds(result.cpu).count());
    rows.events->values.push_back(static_cast<double>(result.seen.events));
    check(result, rows);
  }

  /// However much has been merged: all changes arrive, and all readers have seen the same.
  void check(const storm_result& result, watcher_rows& rows)
  {
    auto& cpu = *rows.cpu;
    const auto& seen = result.seen;
    cpu.expected += result.expected;
    cpu.lost += result.expected - std::min(result.expected, seen.changes);
    cpu.overflows += seen.overflows;
    if (!same_)
    {
      same_ = seen;
    }
    const bool is_same = seen.changes == same_->changes && seen.masks == same_->masks &&
                         seen.path_bytes == same_->path_bytes;
    if (seen.unresolved != 0)
    {
      cpu.doubts.push_back(std::to_string(seen.unresolved) + " events without a path");
    }
    else if (!is_same)
    {
      cpu.doubts.emplace_back("has not seen the same as the others");
    }
  }

  void compare()
  {
    const auto& reference = rows_[std::string(raw_at_once)];
    for (const auto& w : watchers_)
    {
      const auto& rows = rows_[w.name];
      if (w.options.empty())
      {
        continue;
      }
      const bool is_goal = w.name == "fanio, 100 us";
      outcome::compare(*rows.workload, *rows_[std::string(nobody)].workload);
      if (rows.cpu != reference.cpu)
      {
        outcome::compare(*rows.cpu, *reference.cpu, wanted(is_goal, 0.35));
        outcome::compare(*rows.workload, *reference.workload, wanted(is_goal, 0.8));
      }
    }
    for (const std::string linger : {"100 us", "1 ms"})
    {
      const auto& fanio = rows_["fanio, " + linger];
      const auto& raw = rows_["raw C, " + linger];
      outcome::compare(*fanio.cpu, *raw.cpu);
      outcome::compare(*fanio.workload, *raw.workload);
    }
  }

  [[nodiscard]] static std::optional<goal> wanted(bool is_goal, double ratio)
  {
    return is_goal ? std::optional(at_most(ratio)) : std::nullopt;
  }

  const run_options& options_;
  outcome& out_;
  storm storm_;
  std::vector<storm_watcher> watchers_;
  std::map<std::string, watcher_rows> rows_;
  std::optional<live_counts> same_; ///< What the first has seen.
};

void run_contest(const run_options& options, outcome& out, storm_kind kind, std::size_t operations)
{
  const scratch_mount mount;
  const on_core core(workload_core);
  contest(options, out,
          {.kind = kind,
           .root = mount.path() / "storm",
           .directories = options.scaled<std::size_t>(1000, 100),
           .operations = operations})
      .run();
}

} // namespace

void linger_case(const run_options& options, outcome& out)
{
  run_contest(options, out, storm_kind::open_close, options.scaled<std::size_t>(100'000, 2000));
}

void churn_case(const run_options& options, outcome& out)
{
  run_contest(options, out, storm_kind::churn, options.scaled<std::size_t>(20'000, 500));
}

} // namespace fanio::bench

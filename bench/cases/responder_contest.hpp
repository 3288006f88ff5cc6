#pragma once

#include "../harness/bench_case.hpp"
#include "../harness/process.hpp"
#include "../harness/scratch.hpp"
#include "../harness/statistics.hpp"
#include "../load/openers.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fanio::bench {

/// A program that allows what is opened on a mount of its own, and what came of it.
struct contestant
{
  std::string name;
  std::filesystem::path place;
  std::optional<process> program;         ///< None: nobody is asked.
  row* opens = nullptr;                   ///< A second.
  row* cpu = nullptr;                     ///< Of the program; null if nobody is asked.
  std::vector<std::vector<double>> turns; ///< The same of each round, turn by turn.
  std::vector<double> p50;                ///< In microseconds, one a round.
  std::vector<double> p99;
  time_histogram latencies; ///< Of all rounds.
  std::uint64_t opened = 0;
  std::uint64_t failed = 0;
};

/// How the openers of a contest open.
struct contest_size
{
  std::size_t openers = 1;
  std::size_t opens = 1000; ///< Of each opener, in a turn.
  std::size_t turns = 12;   ///< Of each program, in a round. Even, for they go to and fro.
  std::string suffix = {};  ///< Behind the names of what is measured.
  std::string filesystem = "tmpfs";
};

/// Programs that allow, and openers that go from the mount of one to that of the next. All programs
/// live all the time and sleep while it's not their turn. So what is compared was measured within
/// milliseconds, in which the machine does not change its pace.
///
/// Openers are on workload_core, programs on reader_core. This process opens no group: no opener
/// has a copy of one.
class responder_contest
{
public:
  responder_contest(const run_options& options, outcome& out, const contest_size& size);

  /// Somebody on the openers' way. Null if the program could not be run, which is then told.
  ///
  /// `argv` is one of the harness's own programs, with its options; the mount's path is added, and
  /// it says "ready", and "answered N" after SIGTERM. Empty: nobody is asked.
  contestant* add(const std::string& name, std::vector<std::string> argv);

  /// The same for a program that was started in another way, and what it allows the opening of.
  contestant& add(const std::string& name, const std::filesystem::path& place, process program);

  /// Has each opener open each of its files once, and doesn't measure it.
  void open_once();

  /// All rounds.
  void run();

  /// Ends a program of `add`, and compares what it answered with what was opened, or with
  /// `expected` if it was to be asked less often.
  void end(contestant& who, std::optional<std::uint64_t> expected = {});

  /// The same for all.
  void end_all(std::optional<std::uint64_t> expected = {});

  /// Compares a program's answers with what was opened.
  static void check(contestant& who, std::uint64_t answered, std::uint64_t expected);

  /// The ratio in opens a second: of each round the median of the turns'. Nothing if one is null.
  static void compare(contestant* who, const contestant* reference,
                      std::optional<goal> to_reach = {});

  /// Rows of p50 and p99 of all, and a plot of that name.
  void tell_latencies(const std::string& plot_name, const std::string& title);

  [[nodiscard]] std::uint64_t files() const noexcept { return size_.openers * files_of_each; }

private:
  static constexpr std::size_t files_of_each = 16;

  contestant& enter(const std::string& name, const std::filesystem::path& place,
                    std::optional<process> program);
  [[nodiscard]] std::vector<std::chrono::nanoseconds> cpu_times() const;
  [[nodiscard]] std::vector<place_result> send_openers(std::size_t opens, std::size_t opens_before,
                                                       std::size_t turns);

  const run_options& options_;
  outcome& out_;
  contest_size size_;
  std::deque<scratch_mount> mounts_;
  std::deque<contestant> contestants_;
};

} // namespace fanio::bench

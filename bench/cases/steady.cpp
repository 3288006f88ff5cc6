// What an event takes when all has been seen once: allocations of memory, of which there are to be
// none, and system calls beyond those that a loop in C makes.

#include "cases.hpp"
#include "harness/process.hpp"
#include "harness/scratch.hpp"
#include "harness/system_call_counter.hpp"
#include "live/live_storm.hpp"
#include "live/on_core.hpp"
#include <fanio/unique_fd.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>

namespace fanio::bench {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

using storm_run = storm_result (*)(const live_reader&, const storm&);

// Allocations ----------------------------------------------------------------------------------

struct allocation_subject
{
  storm_watcher watcher;
  storm_run run;
};

std::vector<allocation_subject> allocation_subjects()
{
  const auto counting =
      [](std::string name, std::chrono::microseconds linger, std::vector<std::string> how)
  { return library_watcher(std::move(name), linger, std::move(how), "fanio_reader_counting"); };
  return {
      {counting("fanio, callback, queued events", 0us, {"--style", "callback"}), run_queued},
      {counting("fanio, coroutine, queued events", 0us, {"--style", "coroutine"}), run_queued},
      {counting("fanio, for_each without paths, queued events", 0us,
                {"--style", "for_each", "--no-paths"}),
       run_queued},
      {counting("fanio, callback, live", 0us, {"--style", "callback"}), run_live},
      {counting("fanio, coroutine, live", 0us, {"--style", "coroutine"}), run_live},
      {counting("fanio, for_each, live", 0us, {"--style", "for_each"}), run_live},
      {counting("fanio, callback, live, 100 us", 100us, {"--style", "callback"}), run_live},
      {counting("fanio, coroutine, live, 100 us", 100us, {"--style", "coroutine"}), run_live},
      {counting("fanio, for_each, live, 100 us", 100us, {"--style", "for_each"}), run_live},
  };
}

void count_allocations(const run_options& options, outcome& out, const storm& s)
{
  if (!is_installed(options.programs + "/fanio_reader_counting"))
  {
    out.leave_out("allocations",
                  "fanio_reader_counting was not built: sanitizers have their own operator new");
    return;
  }
  for (const auto& subject : allocation_subjects())
  {
    options.progress("allocations: " + subject.watcher.name);
    auto& r = out.add(subject.watcher.name, "allocations", "in all events");
    r.is_count = true;
    r.to_reach = at_most(0);
    const live_reader reader(command_of(options, subject.watcher, s));
    warm_up(reader, s);
    static_cast<void>(run_queued(reader, s));  // with reads that fill their buffers
    static_cast<void>(subject.run(reader, s)); // in the very way that is then counted
    const auto result = subject.run(reader, s);
    r.values.push_back(static_cast<double>(result.seen.allocations));
    r.expected += result.expected;
    r.lost += result.expected - std::min(result.expected, result.seen.changes);
    r.overflows += result.seen.overflows;
  }
}

// System calls ---------------------------------------------------------------------------------

/// None, to two digits: reads of some hundred events may take a call more each.
constexpr goal none_more = at_most(0.005);

/// The calls of rivals an event, and how many more they are than those of the first.
class call_table
{
public:
  explicit call_table(outcome& out) : out_(out) {}

  row& add(const std::string& program, double calls, std::optional<goal> to_reach = none_more)
  {
    auto& r = out_.add(program, "system calls", "an event");
    r.values.push_back(calls);
    r.is_count = true;
    if (!reference_)
    {
      reference_ = calls;
      return r;
    }
    auto& more = out_.add(program, "more system calls than raw C", "an event");
    more.values.push_back(calls - *reference_);
    more.is_count = true;
    more.to_reach = to_reach;
    return r;
  }

private:
  outcome& out_;
  std::optional<double> reference_;
};

constexpr std::size_t small_buffer = 4 * 1024;
constexpr std::size_t large_buffer = 64 * 1024; // as programs have it that read names

std::vector<storm_watcher> queue_subjects(std::size_t buffer_bytes)
{
  const auto what = ", queued events, " + std::to_string(buffer_bytes / 1024) + " KiB";
  const auto library = [&](const std::string& name, const char* style)
  {
    return library_watcher(
        name + what, 0us,
        {"--style", style, "--no-paths", "--buffer", std::to_string(buffer_bytes)});
  };
  return {raw_watcher("raw C" + what, 0us, false, buffer_bytes),
          library("fanio, callback", "callback"), library("fanio, coroutine", "coroutine"),
          library("fanio, for_each", "for_each")};
}

void count_queued_calls(const run_options& options, outcome& out, const storm& s,
                        std::size_t buffer_bytes)
{
  call_table table(out);
  for (const auto& watcher : queue_subjects(buffer_bytes))
  {
    options.progress("system calls: " + watcher.name);
    const live_reader reader(command_of(options, watcher, s));
    warm_up(reader, s);
    const system_call_counter calls(reader.id());
    const auto result = run_queued(reader, s);
    auto& r = table.add(watcher.name, static_cast<double>(calls.count()) /
                                          static_cast<double>(result.seen.events));
    r.expected += result.expected;
    r.lost += result.expected - std::min(result.expected, result.seen.changes);
  }
}

/// Events that come one by one, each when the one before has been handled.
double calls_an_event_alone(const run_options& options, const std::vector<std::string>& program,
                            const fs::path& file, std::size_t events)
{
  const live_reader reader(
      [&](const std::string& board)
      {
        std::vector<std::string> argv{options.programs + '/' + program.front(), "delay",
                                      file.parent_path().native(), board};
        argv.insert(argv.end(), program.begin() + 1, program.end());
        return argv;
      });
  const auto open_file = [&file]
  {
    if (!unique_fd(::open(file.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0600)))
    {
      throw std::system_error(errno, std::system_category(), file.string());
    }
  };
  static_cast<void>(reader.delay_of(open_file));
  const system_call_counter calls(reader.id());
  for (std::size_t i = 0; i < events; ++i)
  {
    static_cast<void>(reader.delay_of(open_file));
  }
  return static_cast<double>(calls.count()) / static_cast<double>(events);
}

void count_single_calls(const run_options& options, outcome& out, const fs::path& directory)
{
  struct subject
  {
    std::string name;
    std::vector<std::string> program;
    std::optional<goal> to_reach = none_more;
  };

  const auto library = [](const char* style) -> std::vector<std::string>
  { return {"fanio_reader", "--style", style, "--buffer", std::to_string(small_buffer)}; };
  const std::vector<subject> subjects{{"raw C, single events", {"fanio_raw_live"}},
                                      {"Asio alone, single events", {"asio_delay"}, {}},
                                      {"fanio, callback, single events", library("callback")},
                                      {"fanio, coroutine, single events", library("coroutine")},
                                      {"fanio, for_each, single events", library("for_each")}};
  call_table table(out);
  fs::create_directory(directory);
  for (const auto& [name, program, to_reach] : subjects)
  {
    options.progress("system calls: " + name);
    table.add(name,
              calls_an_event_alone(options, program, directory / "file",
                                   options.scaled<std::size_t>(1000, 200)),
              to_reach);
  }
}

} // namespace

void steady_case(const run_options& options, outcome& out)
{
  const scratch_mount mount;
  const on_core core(workload_core);
  const storm s{.kind = storm_kind::open_close,
                .root = mount.path() / "storm",
                .directories = 100,
                .operations = options.scaled<std::size_t>(100'000, 2000)};
  s.prepare();
  count_allocations(options, out, s);
  try
  {
    count_queued_calls(options, out, s, large_buffer);
    count_queued_calls(options, out, s, small_buffer);
    count_single_calls(options, out, mount.path() / "single");
  }
  catch (const std::system_error& e)
  {
    out.leave_out("system calls", e.what());
  }
}

} // namespace fanio::bench

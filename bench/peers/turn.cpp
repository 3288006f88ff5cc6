#include "turn.hpp"

#include "../harness/cpu.hpp"
#include "../harness/process.hpp"
#include "../harness/scratch.hpp"
#include "running_peer.hpp"
#include <fanio/unique_fd.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace fanio::bench {

namespace {

using std::chrono::nanoseconds;

/// A storm by a process that lives on afterwards: who reads of it later can still find its name.
class storm_process
{
public:
  explicit storm_process(const storm& made) : storm_process(made, make_pipe()) {}

  [[nodiscard]] nanoseconds time() const noexcept { return time_; }

private:
  struct pipe_ends
  {
    unique_fd reader;
    unique_fd writer;
  };

  storm_process(const storm& made, pipe_ends told)
      : child_(process::fork([&] { return blow(made, told.writer.get()); }, workload_core))
  {
    told.writer.reset();
    if (::read(told.reader.get(), &time_, sizeof time_) != sizeof time_)
    {
      throw std::runtime_error("the storm did not end well");
    }
  }

  static pipe_ends make_pipe()
  {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    {
      throw std::system_error(errno, std::system_category(), "pipe2");
    }
    return {unique_fd(ends[0]), unique_fd(ends[1])};
  }

  static int blow(const storm& made, int told)
  {
    const auto time = made.blow();
    if (::write(told, &time, sizeof time) == sizeof time)
    {
      ::pause(); // until it is killed
    }
    return EXIT_FAILURE;
  }

  nanoseconds time_{};
  process child_;
};

[[nodiscard]] double seconds(nanoseconds time)
{
  return std::chrono::duration<double>(time).count();
}

/// How long it takes on a filesystem of its own when nobody watches.
[[nodiscard]] nanoseconds blow_unwatched(storm made)
{
  const scratch_mount place;
  made.root = std::filesystem::canonical(place.path());
  made.prepare();
  return storm_process(made).time();
}

} // namespace

turn take_turn(const peer& what, storm made, reading when)
{
  const scratch_mount place;
  const scratch_mount elsewhere; // for the output: written there, it is not seen by who watches
  made.root = std::filesystem::canonical(place.path());
  made.prepare();
  const auto output = elsewhere.path() / "lines";

  turn one;
  {
    running_peer program(what, made, output);
    program.wait_until_ready();
    const auto before = program.cpu_time();
    if (when == reading::afterwards)
    {
      program.stop();
    }
    const storm_process storming(made);
    one.blowing = storming.time();
    program.go_on();
    program.wait_until_drained();
    one.cpu = program.cpu_time() - before;
  }
  std::ifstream lines(output);
  one.told = count_lines(lines, made);
  return one;
}

competition::competition(outcome& found, const std::vector<peer>& peers, const storm& made,
                         reading when, const std::string& suffix)
    : found_(found),
      made_(made),
      when_(when)
{
  for (const auto& p : peers)
  {
    const auto name = p.name + suffix;
    if (!p.missing.empty())
    {
      found.leave_out(name, p.missing);
      continue;
    }
    contenders_.push_back(
        {p, &found.add(name, "CPU a million files told", "s"),
         when == reading::live ? &found.add(name, "workload's time / unwatched", "") : nullptr});
  }
}

void competition::run(const run_options& options)
{
  for (std::size_t round = 0; round < options.rounds; ++round)
  {
    std::erase_if(contenders_,
                  [&](const contender& one)
                  {
                    if (round >= one.program.most_rounds)
                    {
                      return false;
                    }
                    options.progress("round " + std::to_string(round + 1) + " of " +
                                     std::to_string(options.rounds) + ": " + one.program.name);
                    return !take_part(one);
                  });
    std::ranges::reverse(contenders_); // so that nobody always comes after the same one
  }
}

/// False: it fell out, and the others go on without it.
bool competition::take_part(const contender& one)
{
  try
  {
    // Just before, for the machine's speed swings.
    const auto unwatched = one.slowdown != nullptr ? seconds(blow_unwatched(made_)) : 0;
    add(one, take_turn(one.program, made_, when_), unwatched);
    return true;
  }
  catch (const std::exception& e)
  {
    found_.leave_out(one.cpu->program, e.what());
    return false;
  }
}

void competition::add(const contender& one, const turn& result, double unwatched) const
{
  if (result.told.files == 0) // the rounds would not match any more
  {
    throw std::runtime_error("it told of no file at all");
  }
  auto& cpu = *one.cpu;
  cpu.expected += made_.operations;
  cpu.lost += made_.operations - result.told.files;
  cpu.overflows += result.told.overflows;
  cpu.values.push_back(seconds(result.cpu) * 1e6 / static_cast<double>(result.told.files));
  if (one.slowdown != nullptr)
  {
    one.slowdown->values.push_back(seconds(result.blowing) / unwatched);
  }
}

const contender* competition::find(const std::string& name) const
{
  const auto at =
      std::ranges::find(contenders_, name, [](const auto& c) { return c.program.name; });
  return at == contenders_.end() ? nullptr : &*at;
}

void competition::compare(const std::string& what, const std::string& reference,
                          std::optional<goal> to_reach) const
{
  const auto* const one = find(what);
  const auto* const other = find(reference);
  if (one != nullptr && other != nullptr)
  {
    outcome::compare(*one->cpu, *other->cpu, to_reach);
  }
}

} // namespace fanio::bench

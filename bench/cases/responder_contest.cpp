#include "responder_contest.hpp"

#include "../harness/cpu.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace fanio::bench {

namespace {

/// Opens of each opener at the start of a turn that are not measured. In this time the one before,
/// if it spins, goes to sleep, and leaves the core to the next.
constexpr std::size_t opens_before_a_turn = 50;

constexpr std::chrono::minutes patience(2);

[[nodiscard]] std::uint64_t answers_in(std::string_view line)
{
  constexpr std::string_view before = "answered ";
  std::uint64_t count = 0;
  if (!line.starts_with(before) ||
      std::from_chars(line.data() + before.size(), line.data() + line.size(), count).ec !=
          std::errc())
  {
    throw std::runtime_error("a responder says: " + std::string(line));
  }
  return count;
}

void doubt_refusals(const contestant& who)
{
  if (who.failed != 0)
  {
    who.opens->doubts.push_back(std::to_string(who.failed) + " opens were refused");
  }
}

} // namespace

responder_contest::responder_contest(const run_options& options, outcome& out,
                                     const contest_size& size)
    : options_(options),
      out_(out),
      size_(size)
{}

contestant* responder_contest::add(const std::string& name, std::vector<std::string> argv)
{
  const auto& place = mounts_.emplace_back(size_.filesystem).path();
  if (argv.empty())
  {
    return &enter(name, place, {});
  }
  argv.front() = options_.programs + '/' + argv.front();
  argv.push_back(place);
  try
  {
    auto program = process::run(argv, {.core = reader_core, .output = {}, .reads_output = true});
    if (const auto line = program.line(); line != "ready")
    {
      throw std::runtime_error("it says: " + line);
    }
    return &enter(name, place, std::move(program));
  }
  catch (const std::exception& e)
  {
    mounts_.pop_back();
    out_.leave_out(name, e.what());
    return nullptr;
  }
}

contestant& responder_contest::add(const std::string& name, const std::filesystem::path& place,
                                   process program)
{
  return enter(name, place, std::move(program));
}

contestant& responder_contest::enter(const std::string& name, const std::filesystem::path& place,
                                     std::optional<process> program)
{
  auto& who = contestants_.emplace_back();
  who.name = name;
  who.place = place;
  if (program)
  {
    who.program.emplace(std::move(*program));
  }
  who.opens = &out_.add(name, "opens a second" + size_.suffix, "1/s");
  if (who.program)
  {
    who.cpu = &out_.add(name, "CPU of the listener an open" + size_.suffix, "ns");
  }
  return who;
}

std::vector<place_result>
responder_contest::send_openers(std::size_t opens, std::size_t opens_before, std::size_t turns)
{
  opener_settings settings{.places = {},
                           .openers = size_.openers,
                           .files = files_of_each,
                           .opens = opens,
                           .opens_before = opens_before,
                           .turns = turns};
  for (const auto& who : contestants_)
  {
    settings.places.push_back(who.place);
  }
  opener_fleet fleet(settings);
  fleet.start();
  auto results = fleet.finish(patience);
  for (std::size_t i = 0; i < results.size(); ++i)
  {
    contestants_[i].opened += results[i].opened;
    contestants_[i].failed += results[i].failed;
  }
  return results;
}

void responder_contest::open_once()
{
  static_cast<void>(send_openers(files_of_each, 0, 1));
}

void responder_contest::run()
{
  for (std::size_t round = 0; round < options_.rounds; ++round)
  {
    options_.progress("round " + std::to_string(round + 1) + " of " +
                      std::to_string(options_.rounds) + ": " + std::to_string(contestants_.size()) +
                      " programs in turn");
    const auto before = cpu_times();
    auto results = send_openers(size_.opens, opens_before_a_turn, size_.turns);
    const auto after = cpu_times();
    for (std::size_t i = 0; i < results.size(); ++i)
    {
      auto& who = contestants_[i];
      auto& result = results[i];
      if (who.cpu != nullptr)
      {
        who.cpu->values.push_back(static_cast<double>((after[i] - before[i]).count()) /
                                  static_cast<double>(result.opened));
      }
      who.opens->values.push_back(median(result.opens_a_second));
      who.p50.push_back(result.latencies.quantile(0.5) / 1000);
      who.p99.push_back(result.latencies.quantile(0.99) / 1000);
      who.latencies.merge(result.latencies);
      who.turns.push_back(std::move(result.opens_a_second));
    }
  }
}

/// Of the programs so far. One that spins does so until it sleeps, which is soon.
std::vector<std::chrono::nanoseconds> responder_contest::cpu_times() const
{
  std::vector<std::chrono::nanoseconds> times;
  for (const auto& who : contestants_)
  {
    times.push_back(who.program ? who.program->cpu_time() : std::chrono::nanoseconds());
  }
  return times;
}

void responder_contest::end(contestant& who, std::optional<std::uint64_t> expected)
{
  if (!who.program)
  {
    return doubt_refusals(who);
  }
  try
  {
    who.program->signal(SIGTERM);
    const auto answered = answers_in(who.program->line());
    if (!who.program->wait(patience).is_success())
    {
      throw std::runtime_error("it did not end as it should");
    }
    check(who, answered, expected.value_or(who.opened + who.failed));
  }
  catch (const std::exception& e)
  {
    who.opens->doubts.push_back(e.what());
  }
}

void responder_contest::end_all(std::optional<std::uint64_t> expected)
{
  for (auto& who : contestants_)
  {
    end(who, expected);
  }
}

void responder_contest::check(contestant& who, std::uint64_t answered, std::uint64_t expected)
{
  who.opens->expected = expected;
  who.opens->lost = expected - std::min(answered, expected);
  if (answered > expected)
  {
    who.opens->doubts.push_back(std::to_string(answered - expected) +
                                " more requests were answered than made");
  }
  doubt_refusals(who);
}

void responder_contest::compare(contestant* who, const contestant* reference,
                                std::optional<goal> to_reach)
{
  if (who == nullptr || reference == nullptr)
  {
    return;
  }
  ratio r{.reference = reference->name, .values = {}, .to_reach = to_reach};
  for (std::size_t round = 0; round < who->turns.size(); ++round)
  {
    r.values.push_back(median(quotients(who->turns[round], reference->turns[round])));
  }
  who->opens->ratios.push_back(std::move(r));
}

void responder_contest::tell_latencies(const std::string& plot_name, const std::string& title)
{
  plot picture{.name = plot_name,
               .title = title,
               .x_label = "time of an open in microseconds",
               .y_label = "share of the opens",
               .logarithmic_x = true,
               .curves = {}};
  for (const auto& who : contestants_)
  {
    out_.add(who.name, "latency, p50", "µs").values = who.p50;
    out_.add(who.name, "latency, p99", "µs").values = who.p99;
    auto& drawn = picture.curves.emplace_back(curve{.name = who.name, .points = {}});
    for (const auto& [nanoseconds, share] : who.latencies.cumulative())
    {
      drawn.points.emplace_back(nanoseconds / 1000, share);
    }
  }
  out_.add(std::move(picture));
}

} // namespace fanio::bench

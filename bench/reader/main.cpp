// Readers made with the library: see readers.hpp for what each does, and raw/live.c for the same
// with bare system calls.

#include "readers.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <string>

namespace fanio::bench {

namespace {

/// Durations in microseconds.
void add_duration(CLI::App& app, const std::string& name, std::chrono::nanoseconds& value)
{
  app.add_option_function<long>(name, [&value](long us) { value = std::chrono::microseconds(us); });
}

void add_reading(CLI::App& app, reading_settings& how)
{
  static const std::map<std::string, reading_style> styles{
      {"callback", reading_style::callback},
      {"coroutine", reading_style::coroutine},
      {"for_each", reading_style::for_each},
  };
  app.add_option("--style", how.style)->transform(CLI::CheckedTransformer(styles));
  app.add_option("--buffer", how.buffer_bytes);
  add_duration(app, "--linger", how.reading.linger);
  add_duration(app, "--busy-poll", how.reading.busy_poll);
}

void run(int argc, char** argv)
{
  CLI::App app("Readers that are measured. Durations are in microseconds.");
  app.require_subcommand(1);

  storm_settings storm;
  auto& storm_command = *app.add_subcommand("storm", "Count what happens on a filesystem");
  storm_command.add_option("root", storm.root)->required();
  storm_command.add_option("changes", storm.changes)
      ->required()
      ->check(CLI::IsMember({"opens", "names"}));
  storm_command.add_option("board", storm.board)->required();
  storm_command.add_flag("!--no-paths", storm.finds_paths);
  add_reading(storm_command, storm.how);
  storm_command.final_callback([&] { read_storm(storm); });

  probe_settings probe;
  auto& probe_command = *app.add_subcommand("delay", "Note when each open is handled");
  probe_command.add_option("directory", probe.directory)->required();
  probe_command.add_option("board", probe.board)->required();
  add_reading(probe_command, probe.how);
  probe_command.final_callback([&] { probe_delay(probe); });

  app.parse(argc, argv);
}

} // namespace

void say_ready()
{
  std::cout << "ready" << std::endl;
}

} // namespace fanio::bench

int main(int argc, char** argv)
{
  try
  {
    fanio::bench::run(argc, argv);
  }
  catch (const std::exception& e)
  {
    std::cout << e.what() << std::endl; // where who started it looks for "ready"
  }
  return EXIT_FAILURE;
}

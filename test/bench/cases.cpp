// The harness with cases that go wrong: what test/bench/program.cpp runs.

#include <array>
#include <csignal>
#include <fstream>
#include <harness/process.hpp>
#include <harness/program.hpp>
#include <harness/scratch.hpp>
#include <iostream>
#include <stdexcept>

#include <unistd.h>

namespace {

using namespace fanio::bench;

void add_two_rows(const run_options& options, outcome& found)
{
  auto& reference = found.add("raw C", "CPU an event", "ns");
  auto& other = found.add("fanio", "CPU an event", "ns");
  reference.values.assign(options.rounds, 100);
  other.values.assign(options.rounds, 102);
  outcome::compare(other, reference, at_most(1.03));
}

void fine(const run_options& options, outcome& found)
{
  const scratch_mount place;
  add_two_rows(options, found);
  found.add(plot{"growth", "Growth", "events", "ns", false, {{"fanio", {{1, 1}, {10, 2}}}}});
}

void leaves_out(const run_options& options, outcome& found)
{
  add_two_rows(options, found);
  found.leave_out("a peer", "it is not installed");
}

void throws(const run_options& options, outcome& found)
{
  add_two_rows(options, found);
  throw std::runtime_error("no luck today");
}

void crashes(const run_options& options, outcome&)
{
  options.progress("the dangerous part");
  ::raise(SIGKILL);
}

/// Never ends, with a mount, a file, a child and a daemon that has left it; tells their numbers.
void hangs(const run_options&, outcome&)
{
  const scratch_mount place;
  std::ofstream(std::filesystem::temp_directory_path() / "left-behind") << "text";
  auto child = process::run({"sh", "-c", "setsid sh -c 'echo $$; exec sleep 1000' & wait"},
                            {.reads_output = true});
  const auto daemon = child.line();
  std::cerr << ::getpid() << ' ' << child.id() << ' ' << daemon << std::endl;
  while (true)
  {
    ::pause();
  }
}

constexpr std::array<bench_case, 6> cases = {{
    {"fine-one", "comes to its end", fine},
    {"fine-two", "does so, too", fine},
    {"leaves-out", "has no peer", leaves_out},
    {"throws", "throws", throws},
    {"crashes", "is killed", crashes},
    {"hangs", "never ends", hangs},
}};

} // namespace

int main(int argc, char** argv)
{
  return run_program(argc, argv, cases);
}

#include "program.hpp"

#include "scratch.hpp"
#include "statistics.hpp"

#include <algorithm>
#include <exception>
#include <iostream>
#include <string_view>

namespace fanio::bench {

int run_program(int argc, char** argv, std::span<const bench_case> cases)
{
  run_options options;
  options.quick = true;
  options.rounds = 2;
  options.tool = "build/bench/src/tool/fanio";
  options.progress = [](std::string_view text) { std::cerr << text << '\n'; };
  enter_private_mounts();
  int status = 0;
  for (const auto& c : cases)
  {
    if (argc > 1 && std::find(argv, argv + argc, c.name) == argv + argc)
    {
      continue;
    }
    outcome found;
    try
    {
      c.run(options, found);
    }
    catch (const std::exception& e)
    {
      std::cerr << c.name << ": " << e.what() << '\n';
      status = 1;
    }
    for (const auto& r : found.rows())
    {
      std::cout << c.name << " | " << r.program << " | " << r.metric << " | "
                << (r.values.empty() ? 0 : median(r.values)) << ' ' << r.unit << " | lost "
                << r.lost << " of " << r.expected;
      for (const auto& to : r.ratios)
      {
        std::cout << " | " << to.reference << ' ' << (to.values.empty() ? 0 : median(to.values));
      }
      std::cout << '\n';
    }
    for (const auto& [what, why] : found.left_out())
    {
      std::cout << c.name << ": left out: " << what << ": " << why << '\n';
    }
  }
  return status;
}

} // namespace fanio::bench

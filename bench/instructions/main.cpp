// Does parts of what fanio does for each event, so many times: what bench/instructions.sh lets
// callgrind count.

#include "counted.hpp"
#include "parts.hpp"

#include <boost/version.hpp>

#include <algorithm>
#include <charconv>
#include <exception>
#include <gnu/libc-version.h>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using fanio::bench::part;

std::vector<part> all_parts()
{
  std::vector<part> all;
  for (const auto parts : {fanio::bench::parsing_parts(), fanio::bench::reading_parts(),
                           fanio::bench::resolving_parts(), fanio::bench::formatting_parts()})
  {
    all.insert(all.end(), parts.begin(), parts.end());
  }
  return all;
}

/// All that the counts depend on beside the sources.
std::string built_with()
{
#ifdef __clang__
  constexpr std::string_view compiler = "clang ";
#else
  constexpr std::string_view compiler = "g++ ";
#endif
  return std::string(compiler) + __VERSION__ + ", Boost " BOOST_LIB_VERSION ", glibc " +
         ::gnu_get_libc_version() + ", " FANIO_BENCH_ARCHITECTURE;
}

/// Does so many events, and twice as many: the difference has no part of what is done once.
void run(const part& p, std::size_t events)
{
  fanio_counted(p.prepare(events));
  fanio_counted(p.prepare(2 * events));
}

int run_all(std::string_view number, std::span<const std::string_view> names)
{
  std::size_t events = 0;
  const auto* const end = number.data() + number.size();
  if (std::from_chars(number.data(), end, events).ptr != end || events == 0)
  {
    std::cerr << number << " is no number of events.\n";
    return 2;
  }
  const auto parts = all_parts();
  for (const auto name : names)
  {
    const auto found = std::ranges::find(parts, name, &part::name);
    if (found == parts.end())
    {
      std::cerr << "There is no part " << name << ".\n";
      return 2;
    }
    run(*found, events);
  }
  return 0;
}

} // namespace

int main(int argc, char** argv)
try
{
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  if (arguments == std::vector<std::string_view>{"--list"})
  {
    std::ranges::for_each(all_parts(), [](const part& p) { std::cout << p.name << '\n'; });
    return 0;
  }
  if (arguments == std::vector<std::string_view>{"--built-with"})
  {
    std::cout << built_with() << '\n';
    return 0;
  }
  if (arguments.size() > 1)
  {
    return run_all(arguments.front(), std::span(arguments).subspan(1));
  }
  std::cerr << "Usage: fanio_instructions --list | --built-with | EVENTS PART...\n";
  return 2;
}
catch (const std::exception& e)
{
  std::cerr << "fanio_instructions: " << e.what() << '\n';
  return 1;
}

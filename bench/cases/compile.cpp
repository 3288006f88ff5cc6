#include "../compile/user_programs.hpp"
#include "../harness/scratch.hpp"
#include "cases.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace fanio::bench {

namespace {

/// A program in the table.
struct measured
{
  user_program program;
  row* time;
  row* object;
  row* whole;
};

const measured* find(const std::vector<measured>& all, const std::string& name)
{
  const auto at = std::ranges::find(all, name, [](const measured& m) { return m.program.name; });
  return at == all.end() ? nullptr : &*at;
}

void measure(const measured& one, const std::filesystem::path& directory)
{
  const auto result = build(one.program, directory);
  one.time->values.push_back(result.cpu_seconds);
  one.object->values.push_back(result.object_bytes);
  one.whole->values.push_back(result.program_bytes);
}

} // namespace

void compile_case(const run_options& options, outcome& found)
{
  if (const auto why = why_no_compiler(); !why.empty())
  {
    found.leave_out("all programs", why);
    return;
  }
  auto programs = user_programs();
  if (options.quick)
  {
    // C only: a C++ compiler takes longer than all the rest of a smoke test may.
    std::erase_if(programs, [](const user_program& p) { return !p.source.ends_with(".c"); });
  }
  std::vector<measured> all;
  for (const auto& p : programs)
  {
    all.push_back({p, &found.add(p.name, "compile, CPU", "s"),
                   &found.add(p.name, "text of the object", "B"),
                   &found.add(p.name, "text of the program", "B")});
    all.back().object->is_count = true;
    all.back().whole->is_count = true;
  }
  std::vector<const measured*> order;
  for (const auto& one : all)
  {
    order.push_back(&one);
  }
  const scratch_mount place;
  // A compiler takes seconds, and the same each time but for what the machine does to it.
  const auto rounds = std::min<std::size_t>(options.rounds, 3);
  for (std::size_t round = 0; round < rounds; ++round)
  {
    for (const auto* const one : order)
    {
      options.progress("compiling: " + one->program.name);
      measure(*one, place.path());
    }
    std::ranges::reverse(order);
  }
  const auto compare = [&](const std::string& what, const std::string& with)
  {
    const auto* const one = find(all, what);
    const auto* const reference = find(all, with);
    if (one != nullptr && reference != nullptr)
    {
      outcome::compare(*one->time, *reference->time);
      outcome::compare(*one->object, *reference->object);
      outcome::compare(*one->whole, *reference->whole);
    }
  };
  compare("fanio, callback", "Asio alone, callback");
  compare("fanio, coroutine", "Asio alone, coroutine");
}

} // namespace fanio::bench

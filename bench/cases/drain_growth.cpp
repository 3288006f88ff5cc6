#include "../harness/statistics.hpp"
#include "cases.hpp"
#include "drain.hpp"
#include "drain_readers.hpp"

#include <array>
#include <string>
#include <utility>

namespace fanio::bench {

namespace {

constexpr std::array<std::size_t, 3> factors = {1, 3, 10};
constexpr auto reach = at_most(1.2);

/// A thing that grows: sets a plan to so many times of it.
struct dimension
{
  std::string name;
  drain_plan plan;
  void (*grow)(drain_plan&, std::size_t times);
  drainer_maker make;
  drain_contest::work work;
};

/// Gives the curve of the cost an event, to that of the smallest.
curve measure(const run_options& options, outcome& out, const dimension& d)
{
  std::vector<const row*> rows;
  drain_contest contest(options, out);
  for (const auto times : factors)
  {
    auto plan = d.plan;
    d.grow(plan, times);
    rows.push_back(&contest.add(std::to_string(times) + " x " + d.name, plan, d.make));
  }
  contest.compare(*rows[1], *rows[0], {}, d.work);
  contest.compare(*rows[2], *rows[0], reach, d.work);
  contest.run();
  curve grown{d.name, {{1.0, 1.0}}};
  for (std::size_t i = 1; i < factors.size(); ++i)
  {
    grown.points.emplace_back(static_cast<double>(factors[i]),
                              median(rows[i]->ratios.front().values));
  }
  return grown;
}

/// With the events its slices grow: what is compared happens at the same time.
dimension growing_events(const run_options& options, const drain_plan& plan)
{
  dimension d{"events", plan,
              [](drain_plan& p, std::size_t times)
              {
                p.operations *= times;
                p.slice *= times;
              },
              fanio_reader<callback_drainer<look_at_each<look_at_names>>>(),
              drain_contest::work::grown};
  d.plan.operations = options.scaled<std::size_t>(6'000, 600);
  d.plan.slice = options.scaled<std::size_t>(500, 100);
  return d;
}

dimension growing_marks(const drain_plan& plan)
{
  dimension d{"marks", plan, [](drain_plan& p, std::size_t times)
              { p.idle_directories = p.directories * (times - 1); },
              fanio_reader<callback_drainer<look_at_each<look_at_names>>>(),
              drain_contest::work::equal};
  d.plan.marks_directories = true;
  return d;
}

dimension growing_directories(const drain_plan& plan)
{
  dimension d{"directories, with paths", plan,
              [](drain_plan& p, std::size_t times) { p.directories *= times; },
              fanio_reader<callback_drainer<look_at_paths>>(), drain_contest::work::grown};
  d.plan.flags = init_flags::report_dfid_name_target;
  d.plan.mask = resolve::tree_events;
  d.plan.is_primed = true;
  return d;
}

dimension growing_groups(const drain_plan& plan)
{
  dimension d{"groups", plan, [](drain_plan& p, std::size_t times) { p.groups *= times; },
              fanio_reader<callback_drainer<look_at_each<look_at_names>>>(),
              drain_contest::work::equal};
  d.plan.marks_directories = true;
  return d;
}

} // namespace

void growth_case(const run_options& options, outcome& out)
{
  const drain_plan plan{.operations = options.scaled<std::size_t>(20'000, 3'000),
                        .directories = options.scaled<std::size_t>(100, 20),
                        .buffer_bytes = event_buffer::default_bytes};
  plot lines{"growth", "Ten times as many", "times", "CPU an event, to that of one", true, {}};
  for (const auto& d : {growing_events(options, plan), growing_marks(plan),
                        growing_directories(plan), growing_groups(plan)})
  {
    lines.curves.push_back(measure(options, out, d));
  }
  out.add(std::move(lines));
}

} // namespace fanio::bench

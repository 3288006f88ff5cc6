#include "../harness/statistics.hpp"
#include "cases.hpp"
#include "drain.hpp"
#include "drain_readers.hpp"

#include <array>
#include <string>
#include <utility>

namespace fanio::bench {

namespace {

constexpr std::array<std::size_t, 4> sizes = {4, 16, 64, 256}; // KiB

/// Drains with each size, compared to the first; gives the curve of the medians.
curve drain_with_each(const run_options& options, outcome& out, drain_plan plan,
                      const std::string& what, const drainer_maker& make)
{
  std::vector<const row*> rows;
  drain_contest contest(options, out);
  for (const auto size : sizes)
  {
    plan.buffer_bytes = size * 1024;
    rows.push_back(&contest.add(what + ", " + std::to_string(size) + " KiB", plan, make));
    if (rows.size() > 1)
    {
      contest.compare(*rows.back(), *rows.front());
    }
  }
  contest.run();
  curve medians{what, {}};
  for (std::size_t i = 0; i < sizes.size(); ++i)
  {
    medians.points.emplace_back(static_cast<double>(sizes[i]), median(rows[i]->values));
  }
  return medians;
}

} // namespace

/// A slice is what the largest buffer holds, so that all have theirs at the same times.
void drain_buffers_case(const run_options& options, outcome& out)
{
  constexpr std::size_t largest = sizes.back() * 1024;
  constexpr std::size_t bytes_of_fd_event = 24;
  constexpr std::size_t bytes_of_name_event = 64;
  plot sizes_plot{"drain-buffers", "Buffer size", "KiB", "CPU ns an event", true, {}};

  const drain_plan names{.operations = options.scaled<std::size_t>(40'000, 5'000),
                         .slice = largest / bytes_of_name_event};
  sizes_plot.curves.push_back(drain_with_each(
      options, out, names, "names", fanio_reader<callback_drainer<look_at_each<look_at_names>>>()));

  const drain_plan descriptors{.kind = storm_kind::open_close,
                               .operations = options.scaled<std::size_t>(44'000, 4'000),
                               .flags = init_flags::class_notif,
                               .mask = event_mask::open,
                               .slice = largest / bytes_of_fd_event};
  if (allow_descriptors(descriptors.slice))
  {
    sizes_plot.curves.push_back(
        drain_with_each(options, out, descriptors, "descriptors",
                        fanio_reader<callback_drainer<look_at_each<look_at_descriptors>>>()));
  }
  else
  {
    out.leave_out("descriptors", "a buffer of 256 KiB takes more descriptors than are allowed");
  }
  out.add(std::move(sizes_plot));
}

} // namespace fanio::bench

#include "count_table.hpp"

#include "escape.hpp"
#include "json_bytes.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>

namespace fanio::tool {

namespace {

/// As wide as a heading, and two spaces: inotifywatch has it so, and scripts cut it so.
void append_cell(std::string& line, const std::string& cell, std::size_t width)
{
  line += cell + std::string(width - std::min(width, cell.size()), ' ') + "  ";
}

std::string rate(std::uint64_t count, std::chrono::duration<double> time)
{
  const auto tenths = std::lround(static_cast<double>(count) / time.count() * 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

constexpr std::string_view rate_heading = "per second";

} // namespace

void event_counts::add(event_mask events) noexcept
{
  for (std::size_t i = 0; i < each.size(); ++i)
  {
    if (has_any(events, watch_event_names[i].bit))
    {
      ++each[i];
      ++total;
      ++recent;
    }
  }
}

event_counts& count_table::counts_of(std::string_view name)
{
  const auto found = counts_.find(name);
  if (found != counts_.end())
  {
    return found->second;
  }
  return counts_[std::string(counts_.size() < max_names ? name : std::string_view("(others)"))];
}

void count_table::add(std::string_view name, event_mask events)
{
  counts_of(name).add(events);
  sums_.add(events);
}

void count_table::add_name(std::string_view name)
{
  counts_of(name);
}

void count_table::start_interval() noexcept
{
  sums_.recent = 0;
  for (auto& [name, counts] : counts_)
  {
    counts.recent = 0;
  }
}

std::vector<count_table::row> count_table::rows(const table_order& order) const
{
  std::vector<row> sorted;
  sorted.reserve(counts_.size());
  for (const auto& [name, counts] : counts_)
  {
    sorted.emplace_back(name, &counts);
  }
  const auto key = [&order](const event_counts& c)
  { return order.event ? c.each[*order.event] : c.total; };
  const auto is_before = [&](const row& a, const row& b)
  {
    if (order.recent_first && a.second->recent != b.second->recent)
    {
      return a.second->recent > b.second->recent;
    }
    const auto first = key(*a.second);
    const auto second = key(*b.second);
    return first == second ? a.first < b.first : (first < second) == order.ascending;
  };
  const auto shown = std::min(order.max_rows, sorted.size());
  std::ranges::partial_sort(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(shown), is_before);
  sorted.resize(shown);
  return sorted;
}

bool count_table::has_column(const table_columns& columns, std::size_t event) const noexcept
{
  return has_any(columns.events, watch_event_names[event].bit) &&
         (columns.zeros || sums_.each[event] != 0);
}

std::string count_table::text(const table_columns& columns, const table_order& order) const
{
  std::string out;
  const auto append_heading = [&out](std::string_view heading)
  {
    out += heading;
    out += "  ";
  };
  if (columns.interval)
  {
    append_heading(rate_heading);
  }
  append_heading("total");
  for (std::size_t i = 0; i < watch_event_names.size(); ++i)
  {
    if (has_column(columns, i))
    {
      append_heading(watch_event_names[i].name);
    }
  }
  out += columns.name;
  out += '\n';
  for (const auto& [name, counts] : rows(order))
  {
    if (counts->total == 0 && !columns.zeros)
    {
      continue;
    }
    if (columns.interval)
    {
      append_cell(out, rate(counts->recent, *columns.interval), rate_heading.size());
    }
    append_cell(out, std::to_string(counts->total), 5);
    for (std::size_t i = 0; i < watch_event_names.size(); ++i)
    {
      if (has_column(columns, i))
      {
        append_cell(out, std::to_string(counts->each[i]), watch_event_names[i].name.size());
      }
    }
    out += escape(name) + '\n';
  }
  return out;
}

std::string count_table::json(const table_columns& columns, const table_order& order) const
{
  std::string out;
  for (const auto& [name, counts] : rows(order))
  {
    if (counts->total == 0 && !columns.zeros)
    {
      continue;
    }
    boost::json::object object;
    put_bytes(object, columns.name, name);
    object.emplace("total", counts->total);
    for (std::size_t i = 0; i < watch_event_names.size(); ++i)
    {
      if (has_column(columns, i))
      {
        object.emplace(watch_event_names[i].name, counts->each[i]);
      }
    }
    out += boost::json::serialize(object) + '\n';
  }
  return out;
}

} // namespace fanio::tool

#include "trace_summary.hpp"

#include "escape.hpp"
#include "event_types.hpp"
#include "json_bytes.hpp"
#include "paths.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace fanio::tool {

namespace json = boost::json;

namespace {

constexpr std::size_t column_width = 8;

/// Under which name all are counted that there is no room for. No path and no process is empty.
constexpr std::string_view others;

std::string right(const std::string& text)
{
  return std::string(column_width - std::min(column_width, text.size()), ' ') + text;
}

template <typename Table>
auto sort_by_events(const Table& names, std::size_t most)
{
  using row = typename Table::value_type;
  std::vector<const row*> rows;
  rows.reserve(names.size());
  for (const auto& one : names)
  {
    rows.push_back(&one);
  }
  const auto is_above = [](const row* a, const row* b)
  {
    return a->second.events != b->second.events ? a->second.events > b->second.events
                                                : a->first < b->first;
  };
  std::ranges::sort(rows, is_above);
  rows.resize(std::min(rows.size(), most));
  return rows;
}

/// The types that some row has.
template <typename Rows>
std::string types_in(const Rows& rows)
{
  std::string types;
  for (const char type : all_types)
  {
    const auto has_it = [type](const auto* r) { return r->second.types.contains(type); };
    if (std::ranges::any_of(rows, has_it))
    {
      types += type;
    }
  }
  return types;
}

template <typename Table>
std::string to_table(const Table& names, const std::string& title, std::size_t most)
{
  const auto rows = sort_by_events(names, most);
  const auto types = types_in(rows);
  std::string text = "\n" + right("events");
  for (const char type : types)
  {
    text += right(std::string(1, type));
  }
  text += "  " + title + "\n";
  for (const auto* const r : rows)
  {
    text += right(std::to_string(r->second.events));
    for (const char type : types)
    {
      const auto found = r->second.types.find(type);
      const bool has_some = found != r->second.types.end();
      text += has_some ? right(std::to_string(found->second)) : right("-");
    }
    text += "  ";
    text += r->first == others ? std::string("(others)") : escape(r->first);
    text += '\n';
  }
  if (const auto left = names.size() - rows.size(); left != 0)
  {
    text += right("");
    text += "  and " + std::to_string(left) + " more\n";
  }
  return text;
}

template <typename Table>
std::string to_json_lines(const Table& names, std::string_view kind, std::string_view key)
{
  std::string text;
  for (const auto* const r : sort_by_events(names, names.size()))
  {
    json::object types;
    for (const auto& [type, count] : r->second.types)
    {
      types.emplace(std::string(1, type), count);
    }
    json::object object{{"summary", kind}};
    put_bytes(object, key, r->first);
    object.emplace("events", r->second.events);
    object.emplace("types", std::move(types));
    text += json::serialize(object) + '\n';
  }
  return text;
}

} // namespace

void trace_summary::add(const trace_record& record)
{
  static const std::string unknown = "unknown";
  static const std::string deleted = "(deleted)";
  const auto types = types_of(record.mask);
  count(processes_, record.process.comm.empty() ? unknown : record.process.comm, types);
  const auto path = join(record.path, record.name);
  count(paths_, path.empty() ? deleted : path, types);
}

void trace_summary::count(table& in, const std::string& name, std::string_view types) const
{
  const bool has_room = in.size() < max_names_ || in.contains(name);
  auto& row = in[has_room ? name : std::string(others)];
  ++row.events;
  for (const char type : types)
  {
    ++row.types[type];
  }
}

std::string trace_summary::text(const line_format& format, std::size_t most) const
{
  if (format.json)
  {
    auto lines = to_json_lines(processes_, "process", "comm");
    lines += to_json_lines(paths_, "path", "path");
    return lines;
  }
  auto tables = to_table(processes_, "process", most);
  tables += to_table(paths_, "path", most);
  return tables;
}

} // namespace fanio::tool

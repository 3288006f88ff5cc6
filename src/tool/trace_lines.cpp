#include "trace_lines.hpp"

#include "escape.hpp"
#include "event_types.hpp"
#include "json_bytes.hpp"
#include "paths.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <ctime>

namespace fanio::tool {

namespace json = boost::json;

namespace {

using clock = std::chrono::system_clock;

/// The digits behind the point.
std::string fraction(clock::time_point when, int digits)
{
  const auto part = std::chrono::floor<std::chrono::microseconds>(when) -
                    std::chrono::floor<std::chrono::seconds>(when);
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(part).count();
  return "." + std::to_string(1'000'000 + microseconds).substr(1, static_cast<std::size_t>(digits));
}

std::string format_time(clock::time_point when, bool utc, const char* format)
{
  const auto time = clock::to_time_t(std::chrono::floor<std::chrono::seconds>(when));
  std::tm parts{};
  utc ? ::gmtime_r(&time, &parts) : ::localtime_r(&time, &parts);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), format, &parts);
  return text.data();
}

/// "14:03:59.042317", or "1738328639.042317".
std::string format_stamp(clock::time_point when, int timestamps)
{
  if (timestamps == 0)
  {
    return {};
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when).time_since_epoch().count();
  auto stamp = timestamps == 1 ? format_time(when, false, "%T") : std::to_string(seconds);
  stamp += fraction(when, 6);
  return stamp;
}

// JSON --------------------------------------------------------------------------------------------

json::array names_of(event_mask mask)
{
  json::array names;
  const auto text = is_empty(mask) ? std::string() : to_string(mask);
  for (std::size_t begin = 0; begin < text.size();)
  {
    const auto end = std::min(text.find('|', begin), text.size());
    names.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

void put_process(json::object& object, const told_process& p, const line_format& format)
{
  put_bytes(object, "comm", p.comm);
  p.pid != 0 ? object.emplace("pid", p.pid) : object.emplace("pid", nullptr);
  if (format.users)
  {
    p.uid ? object.emplace("uid", *p.uid) : object.emplace("uid", nullptr);
    p.gid ? object.emplace("gid", *p.gid) : object.emplace("gid", nullptr);
  }
}

void put_details(json::object& object, const told_process& p, const line_format& format)
{
  if (format.exe)
  {
    put_bytes(object, "exe", p.exe);
  }
  if (format.cgroups)
  {
    put_bytes(object, "cgroup", p.cgroup);
    put_bytes(object, "container", p.container);
  }
}

/// As fatrace has it: the time of day is a string, the seconds are a number.
json::value to_timestamp(const std::string& stamp, int timestamps)
{
  return timestamps == 1 ? json::value(stamp) : json::value(std::stod(stamp));
}

json::object to_json(std::string_view time, const std::string& stamp, const trace_record& r,
                     const line_format& format)
{
  json::object object;
  object.emplace("time", time);
  if (format.timestamps != 0)
  {
    object.emplace("timestamp", to_timestamp(stamp, format.timestamps));
  }
  put_process(object, r.process, format);
  object.emplace("types", types_of(r.mask));
  object.emplace("mask", names_of(r.mask));
  put_bytes(object, "path", format.names ? join(r.path, r.name) : std::string(r.path));
  if (!r.name.empty())
  {
    put_bytes(object, "name", r.name);
  }
  if (r.deleted)
  {
    object.emplace("deleted", true);
  }
  if (!r.error.empty())
  {
    object.emplace("error", r.error);
  }
  put_details(object, r.process, format);
  if (format.parents)
  {
    json::array parents;
    for (const auto& p : r.process.parents)
    {
      auto& parent = parents.emplace_back(json::object()).as_object();
      put_process(parent, p, format);
      put_details(parent, p, format);
    }
    object.emplace("parents", std::move(parents));
  }
  return object;
}

// Text --------------------------------------------------------------------------------------------

enum class colour
{
  none,
  red,
  green,
  yellow,
  cyan,
};

void append_painted(std::string& out, std::string_view text, colour c, bool is_wanted)
{
  constexpr std::array<std::string_view, 5> codes{"0", "31", "32", "33", "36"};
  const bool is_painted = is_wanted && c != colour::none;
  if (is_painted)
  {
    out += "\x1b[";
    out += codes[static_cast<std::size_t>(c)];
    out += 'm';
  }
  out += text;
  if (is_painted)
  {
    out += "\x1b[0m";
  }
}

colour colour_of(event_mask mask)
{
  using enum event_mask;
  return has_any(mask, delete_ | delete_self)                                    ? colour::red
         : has_any(mask, modify | close_write | all_dirent | move_self | attrib) ? colour::yellow
                                                                                 : colour::green;
}

/// At least three characters, as fatrace has it.
std::string pad(std::string types)
{
  constexpr std::size_t width = 3;
  types.resize(std::max(types.size(), width), ' ');
  return types;
}

/// What is known, behind what it is.
void append_known(std::string& out, std::string_view what, const std::string& value)
{
  if (!value.empty())
  {
    out += what;
    out += escape(value);
  }
}

void append_parent(std::string& out, const told_process& p, const line_format& format)
{
  out += "(pid=";
  out += std::to_string(p.pid);
  append_known(out, " comm=", p.comm);
  if (format.exe)
  {
    append_known(out, " exe=", p.exe);
  }
  out += ')';
}

/// What stands behind the path.
void append_more(std::string& out, const told_process& p, const line_format& format)
{
  if (format.exe)
  {
    append_known(out, " exe=", p.exe);
  }
  if (format.cgroups)
  {
    append_known(out, " cgroup=", p.cgroup);
    append_known(out, " container=", p.container);
  }
  std::string_view separator = ", parents=";
  for (const auto& parent : p.parents)
  {
    out += separator;
    append_parent(out, parent, format);
    separator = ",";
  }
}

void append_who(std::string& out, const told_process& p, const line_format& format)
{
  constexpr std::string_view unknown = "unknown";
  if (p.comm.empty())
  {
    append_painted(out, unknown, colour::cyan, format.colours);
  }
  else
  {
    append_painted(out, escape(p.comm), colour::cyan, format.colours);
  }
  out += '(';
  out += std::to_string(p.pid);
  out += ')';
  if (format.users && p.uid && p.gid)
  {
    out += " [";
    out += std::to_string(*p.uid);
    out += ':';
    out += std::to_string(*p.gid);
    out += ']';
  }
}

void append_path(std::string& out, const trace_record& r, const line_format& format)
{
  if (r.path.empty())
  {
    out += r.deleted ? "" : "?";
  }
  else
  {
    out += escape(format.names ? join(r.path, r.name) : std::string(r.path));
    out += r.deleted ? " " : "";
  }
  out += r.deleted ? "(deleted)" : "";
  if (!r.error.empty())
  {
    out += ": ";
    out += r.error;
  }
}

void append_text(std::string& out, const trace_record& r, const line_format& format)
{
  append_who(out, r.process, format);
  out += ": ";
  append_painted(out, pad(types_of(r.mask)), colour_of(r.mask), format.colours);
  out += ' ';
  append_path(out, r, format);
  append_more(out, r.process, format);
}

} // namespace

void trace_lines::append_stamp()
{
  if (!stamp_.empty())
  {
    text_ += stamp_;
    text_ += ' ';
  }
}

void trace_lines::start(std::chrono::system_clock::time_point when)
{
  when_ = when;
  stamp_ = format_stamp(when, format_.timestamps);
  text_.clear();
  last_.reset();
}

bool trace_lines::continues_last(const trace_record& record) const noexcept
{
  return last_ && !record.name.empty() && record.error.empty() &&
         record.process.pid == last_->pid && record.path == last_->path;
}

void trace_lines::add(const trace_record& record)
{
  if (format_.json)
  {
    const auto time = format_time(when_, true, "%FT%T") + fraction(when_, 3) + "Z";
    text_ += json::serialize(to_json(time, stamp_, record, format_)) + '\n';
    return;
  }
  auto shown = record;
  if (continues_last(record))
  {
    shown.mask |= last_->mask;
    text_.resize(last_->begin);
  }
  last_.reset();
  if (!record.name.empty() && !format_.names)
  {
    last_ = {text_.size(), shown.mask, record.process.pid, std::string(record.path)};
  }
  append_stamp();
  append_text(text_, shown, format_);
  text_ += '\n';
}

void trace_lines::add_gap(event_mask mask, std::string_view what)
{
  last_.reset();
  if (format_.json)
  {
    const auto time = format_time(when_, true, "%FT%T") + fraction(when_, 3) + "Z";
    text_ +=
        json::serialize(json::object({{"time", time}, {"mask", names_of(mask)}, {"error", what}}));
  }
  else
  {
    std::string told;
    if (!is_empty(mask))
    {
      told += to_string(mask);
      told += ": ";
    }
    told += what;
    append_stamp();
    append_painted(text_, told, colour::red, format_.colours);
  }
  text_ += '\n';
}

} // namespace fanio::tool

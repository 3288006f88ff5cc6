#include "trace_lines.hpp"

#include "escape.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <ctime>

namespace fanio::tool {

namespace json = boost::json;

namespace {

/// "14:03:59.042" here, or "2025-01-31T13:03:59.042Z" (RFC 3339).
std::string format_time(std::chrono::system_clock::time_point when, bool utc)
{
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when);
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(when) - seconds;
  const auto time = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  utc ? ::gmtime_r(&time, &parts) : ::localtime_r(&time, &parts);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), utc ? "%FT%T" : "%T", &parts);
  std::string out(text.data());
  out += '.';
  out += std::to_string(1000 + milliseconds.count()).substr(1);
  out += utc ? "Z" : "";
  return out;
}

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

/// The value of a key, null if it is not known. Bytes that are no text stand beside it as numbers.
void put_bytes(json::object& object, std::string_view key, std::string_view bytes)
{
  if (bytes.empty())
  {
    object.emplace(key, nullptr);
    return;
  }
  object.emplace(key, replace_non_utf8(bytes));
  if (!is_utf8(bytes))
  {
    json::array raw;
    for (const char c : bytes)
    {
      raw.emplace_back(static_cast<unsigned char>(c));
    }
    object.emplace(std::string(key) + "_raw", std::move(raw));
  }
}

json::object to_json(std::string_view time, const trace_record& r)
{
  json::object object;
  object.emplace("time", time);
  object.emplace("mask", names_of(r.mask));
  r.pid != 0 ? object.emplace("pid", r.pid) : object.emplace("pid", nullptr);
  put_bytes(object, "comm", r.process);
  put_bytes(object, "path", r.path);
  if (r.deleted)
  {
    object.emplace("deleted", true);
  }
  if (!r.error.empty())
  {
    object.emplace("error", r.error);
  }
  return object;
}

std::string known(const std::string& text)
{
  return text.empty() ? "?" : text;
}

std::string to_text(const trace_record& r)
{
  return known(escape(r.process)) + "(" + (r.pid != 0 ? std::to_string(r.pid) : "?") +
         "): " + to_string(r.mask) + " " + known(escape(r.path)) +
         (r.error.empty() ? "" : ": " + r.error);
}

} // namespace

void trace_lines::start(std::chrono::system_clock::time_point when)
{
  time_ = format_time(when, json_);
  text_.clear();
}

void trace_lines::add(const trace_record& record)
{
  text_ += json_ ? json::serialize(to_json(time_, record)) : time_ + " " + to_text(record);
  text_ += '\n';
}

void trace_lines::add_gap(event_mask mask, std::string_view what)
{
  if (json_)
  {
    text_ +=
        json::serialize(json::object({{"time", time_}, {"mask", names_of(mask)}, {"error", what}}));
  }
  else
  {
    text_ += time_ + " " + (is_empty(mask) ? "" : to_string(mask) + ": ");
    text_ += what;
  }
  text_ += '\n';
}

} // namespace fanio::tool

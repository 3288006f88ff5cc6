#include "watch_format.hpp"

#include "json_bytes.hpp"
#include "json_fields.hpp"
#include "watch_events.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <ctime>

namespace fanio::tool {

namespace {

/// strftime(3) does not tell an empty result from one that does not fit, hence the space.
std::string format_time(const std::string& format, std::chrono::system_clock::time_point now)
{
  if (format.empty())
  {
    return {};
  }
  const auto time = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  ::localtime_r(&time, &parts);
  const auto padded = format + ' ';
  std::string text(padded.size() + 64, '\0');
  auto length = std::strftime(text.data(), text.size(), padded.c_str(), &parts);
  while (length == 0)
  {
    text.resize(text.size() * 2);
    length = std::strftime(text.data(), text.size(), padded.c_str(), &parts);
  }
  text.resize(length - 1);
  return text;
}

/// RFC 4180: in quotes where it must be, and each quote twice.
std::string csv_field(std::string_view text)
{
  const bool is_plain = text.find_first_of("\",\r\n") == std::string_view::npos &&
                        !text.starts_with(' ') && !text.ends_with(' ');
  if (is_plain)
  {
    return std::string(text);
  }
  std::string quoted = "\"";
  for (const char c : text)
  {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + '"';
}

/// One conversion, that `spec` begins with; returns how many characters it is.
std::size_t append_conversion(std::string& text, std::string_view spec, const watch_style& style,
                              const path_event& e, std::chrono::system_clock::time_point now)
{
  switch (spec.front())
  {
  case '%':
    text += '%';
    return 1;
  case '0':
    text += '\0';
    return 1;
  case 'n':
    text += '\n';
    return 1;
  case 'w':
    text += e.directory;
    return 1;
  case 'f':
    text += e.name;
    return 1;
  case 'c':
    text += '0'; // the cookie that inotify joins two halves of a rename by; fanotify has none
    return 1;
  case 'e':
    text += watch_event_text(e.events);
    return 1;
  case 'T':
    text += format_time(style.time_format, now);
    return 1;
  default:
    break;
  }
  if (spec.size() > 1 && spec[1] == 'e')
  {
    text += watch_event_text(e.events, spec.front());
    return 2;
  }
  text += '%';
  text += spec.front();
  return 1;
}

void append_custom(std::string& text, const watch_style& style, const path_event& e,
                   std::chrono::system_clock::time_point now)
{
  const std::string_view format = style.format;
  for (std::size_t at = 0; at < format.size(); ++at)
  {
    if (format[at] == '%' && at + 1 < format.size())
    {
      at += append_conversion(text, format.substr(at + 1), style, e, now);
    }
    else
    {
      text += format[at];
    }
  }
}

void append_json(std::string& text, const path_event& e, std::chrono::system_clock::time_point now)
{
  boost::json::object object;
  object.emplace("time", utc_time(now));
  object.emplace("mask", mask_names(e.events));
  e.pid != 0 ? object.emplace("pid", e.pid) : object.emplace("pid", nullptr);
  put_bytes(object, "comm", e.comm);
  put_bytes(object, "path", std::string(e.directory) + std::string(e.name));
  put_bytes(object, "directory", e.directory);
  put_bytes(object, "name", e.name);
  text += boost::json::serialize(object);
  text += '\n';
}

} // namespace

bool shows_time(const watch_style& style)
{
  const bool is_in_format =
      style.form == watch_style::kind::custom && style.format.find("%T") != std::string::npos;
  return is_in_format || style.form == watch_style::kind::json;
}

void append_event(std::string& text, const watch_style& style, const path_event& e,
                  std::chrono::system_clock::time_point now)
{
  switch (style.form)
  {
  case watch_style::kind::plain:
    text += e.directory;
    text += ' ';
    text += watch_event_text(e.events);
    text += ' ';
    text += e.name;
    text += '\n';
    break;
  case watch_style::kind::csv:
    text += csv_field(e.directory) + ',' + csv_field(watch_event_text(e.events)) + ',' +
            csv_field(e.name) + '\n';
    break;
  case watch_style::kind::custom:
    append_custom(text, style, e, now);
    break;
  case watch_style::kind::json:
    append_json(text, e, now);
    break;
  }
}

std::string format_fault(std::string_view format)
{
  if (format.empty())
  {
    return "it is empty";
  }
  for (std::size_t at = 0; at < format.size(); ++at)
  {
    if (format[at] != '%')
    {
      continue;
    }
    ++at;
    if (at == format.size())
    {
      return "it ends in a %: write %% for one that is meant";
    }
  }
  return {};
}

} // namespace fanio::tool

#include "parts.hpp"
#include <fanio/event_mask.hpp>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <tool/escape.hpp>
#include <tool/trace_lines.hpp>
#include <tool/watch_format.hpp>

namespace fanio::bench {

namespace {

constexpr std::string_view directory = "/srv/projects/example/source/";
constexpr std::string_view file = "/srv/projects/example/source/file-000042.txt";

/// So many lines are told together: what one read brings.
constexpr std::size_t batch = 50;

std::function<void()> formatting_trace(std::size_t events)
{
  return [events]
  {
    tool::trace_record record{.mask = event_mask::open,
                              .process = {},
                              .path = file,
                              .name = {},
                              .deleted = false,
                              .error = {}};
    record.process.pid = 12345;
    record.process.comm = "example";
    tool::trace_lines lines(tool::line_format{});
    for (std::size_t done = 0; done < events; done += batch)
    {
      lines.start(std::chrono::system_clock::time_point());
      for (std::size_t i = 0; i < batch; ++i)
      {
        lines.add(record);
      }
      keep(lines.text());
    }
  };
}

std::function<void()> formatting_watch(std::size_t events)
{
  return [events]
  {
    const tool::path_event e{.events = event_mask::create,
                             .directory = directory,
                             .name = "file-000042.txt",
                             .pid = 12345,
                             .comm = "example"};
    const tool::watch_style style{};
    std::string text;
    for (std::size_t done = 0; done < events; done += batch)
    {
      text.clear();
      for (std::size_t i = 0; i < batch; ++i)
      {
        append_event(text, style, e, std::chrono::system_clock::time_point());
      }
      keep(text);
    }
  };
}

std::function<void()> escaping(std::size_t events)
{
  return [events]
  {
    for (std::size_t i = 0; i < events; ++i)
    {
      keep(tool::escape(file));
    }
  };
}

std::function<void()> naming_masks(std::size_t events)
{
  return [events]
  {
    for (std::size_t i = 0; i < events; ++i)
    {
      keep(to_string(event_mask::close_write | event_mask::modify));
    }
  };
}

} // namespace

std::span<const part> formatting_parts() noexcept
{
  static constexpr auto parts = std::to_array<part>({
      {"format-trace", formatting_trace},
      {"format-watch", formatting_watch},
      {"escape-path", escaping},
      {"mask-to-text", naming_masks},
  });
  return parts;
}

} // namespace fanio::bench

#include <fanio/event_mask.hpp>

#include <benchmark/benchmark.h>
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
constexpr std::chrono::system_clock::time_point when{std::chrono::seconds(1'738'328'639)};

void trace_line(benchmark::State& state, const tool::line_format& format)
{
  tool::trace_record record{.mask = event_mask::open | event_mask::close_write,
                            .process = {},
                            .path = file,
                            .name = {},
                            .deleted = false,
                            .error = {}};
  record.process.pid = 12345;
  record.process.comm = "example";
  tool::trace_lines lines(format);
  for (auto step : state)
  {
    lines.start(when);
    lines.add(record);
    benchmark::DoNotOptimize(lines.text());
  }
}

BENCHMARK_CAPTURE(trace_line, plain, {});
BENCHMARK_CAPTURE(trace_line, time_of_day, {.timestamps = 1});
BENCHMARK_CAPTURE(trace_line, json, {.json = true});

void watch_line(benchmark::State& state, const tool::watch_style& style)
{
  const tool::path_event e{.events = event_mask::close_write,
                           .directory = directory,
                           .name = "file-000042.txt",
                           .pid = 12345,
                           .comm = "example"};
  std::string text;
  for (auto step : state)
  {
    text.clear();
    append_event(text, style, e, when);
    benchmark::DoNotOptimize(text);
  }
}

using style = tool::watch_style;

BENCHMARK_CAPTURE(watch_line, plain, {});
BENCHMARK_CAPTURE(watch_line, csv, {.form = style::kind::csv, .format = {}, .time_format = {}});
BENCHMARK_CAPTURE(watch_line, custom,
                  {.form = style::kind::custom, .format = "%T %e %w%f%n", .time_format = "%F %T"});
BENCHMARK_CAPTURE(watch_line, json, {.form = style::kind::json, .format = {}, .time_format = {}});

void escape_path(benchmark::State& state, std::string_view path)
{
  for (auto step : state)
  {
    benchmark::DoNotOptimize(tool::escape(path));
  }
}

BENCHMARK_CAPTURE(escape_path, plain, file);
BENCHMARK_CAPTURE(escape_path, utf8,
                  "/srv/b\xc3\xbc"
                  "cher/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e.txt");
BENCHMARK_CAPTURE(escape_path, controls, "/srv/\x1b[31m\n\xff.txt");

void mask_to_text(benchmark::State& state, event_mask mask)
{
  for (auto step : state)
  {
    benchmark::DoNotOptimize(to_string(mask));
  }
}

BENCHMARK_CAPTURE(mask_to_text, one, event_mask::open);
BENCHMARK_CAPTURE(mask_to_text, three,
                  event_mask::modify | event_mask::close_write | event_mask::ondir);

void mask_from_text(benchmark::State& state, std::string_view text)
{
  for (auto step : state)
  {
    error_code ec;
    benchmark::DoNotOptimize(parse_flags<event_mask>(text, ec));
  }
}

BENCHMARK_CAPTURE(mask_from_text, one, "open");
BENCHMARK_CAPTURE(mask_from_text, three, "modify|close_write|ondir");

} // namespace

} // namespace fanio::bench

#include "watch_command.hpp"

#include <stdexcept>

namespace fanio::tool {

namespace {

void add_style_options(CLI::App& watch, watch_words& words)
{
  auto* const csv = watch.add_flag("-c,--csv", words.csv, "Print comma-separated values");
  auto* const json = watch.add_flag("--json", words.json, "Print one JSON object a line");
  auto* const format =
      watch
          .add_option("--format", words.format,
                      "Print in this form: %w directory, %f name, %e events, %Xe events with X "
                      "between them, %T time, %0 NUL, %n newline, %% a percent sign")
          ->type_name("FORMAT")
          ->take_last();
  csv->excludes(json)->excludes(format);
  json->excludes(csv)->excludes(format);
  format->excludes(csv)->excludes(json);
  watch.add_option("--timefmt", words.time_format, "What %T stands for, as strftime(3) has it")
      ->type_name("FORMAT")
      ->take_last()
      ->needs(format);
  watch.add_flag("--no-newline", words.no_newline, "No newline behind what --format says")
      ->needs(format);
}

void take_style(const watch_words& words, watch_style& style)
{
  using kind = watch_style::kind;
  style.form = words.csv      ? kind::csv
               : words.json   ? kind::json
               : words.format ? kind::custom
                              : kind::plain;
  if (!words.format)
  {
    return;
  }
  if (const auto fault = format_fault(*words.format); !fault.empty())
  {
    throw std::runtime_error("--format: " + fault);
  }
  if (words.format->find("%T") != std::string::npos && !words.time_format)
  {
    throw std::runtime_error("--format has %T: say with --timefmt what it is to look like");
  }
  style.format = *words.format + (words.no_newline ? "" : "\n");
  style.time_format = words.time_format.value_or("");
}

} // namespace

const CLI::App* add_watch(CLI::App& app, watch_words& words)
{
  auto* const watch = app.add_subcommand(
      "watch", "Wait for changes of files, as inotifywait and fsnotifywait of inotify-tools do");
  auto& options = words.options;
  add_scope_options(*watch, words.scope, options.scope, options.filter);
  watch->add_flag("-m,--monitor", options.monitor,
                  "Go on after the first event, until Ctrl-C or the timeout");
  auto* const outfile =
      watch->add_option("-o,--outfile", options.outfile, "Append the events to a file")
          ->type_name("FILE");
  watch
      ->add_flag("-d,--daemon", options.daemon,
                 "As --monitor --syslog, in the background, once the watches are there")
      ->needs(outfile);
  watch->add_flag("-s,--syslog", options.syslog, "Say what is to say to syslog, not on stderr");
  watch->add_flag("-q,--quiet", options.quiet,
                  "Print only events; twice: not these either, nothing but errors");
  add_word(
      *watch, "-t,--timeout",
      [&options](const std::string& text) { options.timeout = parse_timeout(text); },
      "End with status 2 when there was no event for N seconds", "N");
  add_style_options(*watch, words);
  watch->footer("Exit status: 0 an event came, 1 an error or what is watched is gone, 2 none came "
                "for the time of --timeout.");
  return watch;
}

int run_watch(watch_words& words)
{
  auto& options = words.options;
  take_style(words, options.style);
  take_scope(words.scope, options.scope);
  options.scope.processes = words.json;
  options.monitor = options.monitor || options.daemon;
  options.syslog = options.syslog || options.daemon;
  return static_cast<int>(watch_files(options));
}

} // namespace fanio::tool

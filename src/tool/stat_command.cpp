#include "stat_command.hpp"

#include "escape.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace fanio::tool {

namespace {

/// Which event the rows are sorted by; nothing for the total.
std::optional<std::size_t> parse_key(const std::string& text, event_mask counted)
{
  if (text == "total" || text.empty())
  {
    return std::nullopt;
  }
  const auto* const found = std::ranges::find(watch_event_names, text, &named_event::name);
  if (found == watch_event_names.end())
  {
    throw std::runtime_error("'" + escape(text) +
                             "': no key to sort by: total or one event, and not close or move");
  }
  if (!has_any(counted, found->bit))
  {
    throw std::runtime_error(text + ": can't be sorted by, for it is not counted");
  }
  return static_cast<std::size_t>(found - watch_event_names.begin());
}

} // namespace

const CLI::App* add_stat(CLI::App& app, stat_words& words)
{
  auto* const stat = app.add_subcommand(
      "stat", "Count changes of files, as inotifywatch and fsnotifywatch of inotify-tools do");
  auto& options = words.options;
  add_scope_options(*stat, words.scope, options.scope, options.filter);
  add_word(
      *stat, "-t,--timeout",
      [&options](const std::string& text) { options.duration = parse_timeout(text); },
      "Count for N seconds; by default until Ctrl-C", "N");
  auto* const ascending =
      stat->add_option("-a,--ascending", words.ascending, "Sort by an event, or by total")
          ->type_name("EVENT");
  stat->add_option("-d,--descending", words.descending,
                   "Sort by an event the other way; by default by total")
      ->type_name("EVENT")
      ->excludes(ascending);
  stat->add_flag("-z,--zero", options.zeros, "Print columns and rows of zeros, too");
  stat->add_flag("-v,--verbose", options.verbose, "Say on stderr for how long it counts");
  using subject = stat_options::subject;
  const std::map<std::string, subject> subjects{
      {"path", subject::path}, {"directory", subject::directory}, {"process", subject::process}};
  stat->add_option("--by", options.by, "What to count for: path, directory, process (privileged)")
      ->transform(CLI::CheckedTransformer(subjects).description(""))
      ->type_name("WHAT");
  auto* const json = stat->add_flag("--json", options.json, "Print one JSON object a row");
  auto* const top = stat->add_flag("--top", options.top,
                                   "Show the counts meanwhile, those that rise fastest first");
  top->excludes(json);
  add_word(
      *stat, "--interval",
      [&options](const std::string& text)
      {
        const auto interval = parse_timeout(text);
        if (!interval)
        {
          throw std::invalid_argument("0: at least one second");
        }
        options.interval = *interval;
      },
      "Show them every N seconds; by default every one", "N")
      ->needs(top);
  return stat;
}

void run_stat(stat_words& words)
{
  auto& options = words.options;
  take_scope(words.scope, options.scope);
  options.scope.processes = options.by == stat_options::subject::process;
  options.scope.needs_processes = options.scope.processes;
  options.order.ascending = !words.ascending.empty();
  options.order.event =
      parse_key(options.order.ascending ? words.ascending : words.descending, options.scope.events);
  count_events(options);
}

} // namespace fanio::tool

#include "trace_command.hpp"

#include "event_types.hpp"
#include "time_span.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <functional>
#include <limits>
#include <pwd.h>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace fanio::tool {

namespace {

using parser = std::function<void(const std::string&)>;

/// Has what is refused by throwing `std::invalid_argument` told with the name of the option.
parser with_name(const parser& parse, const std::string& name)
{
  return [parse, long_name = name.substr(name.find("--"))](const std::string& text)
  {
    try
    {
      parse(text);
    }
    catch (const std::invalid_argument& e)
    {
      throw CLI::ValidationError(long_name, text + ": " + e.what());
    }
  };
}

/// An option of which the last one counts, as with getopt.
CLI::Option* add_parsed(CLI::App& app, const std::string& name, const parser& parse,
                        const std::string& help, const std::string& value)
{
  const auto take = [checked = with_name(parse, name)](const std::string& text) { checked(text); };
  return app.add_option_function<std::string>(name, take, help)->type_name(value)->take_last();
}

/// The same, and each of several counts.
CLI::Option* add_each(CLI::App& app, const std::string& name, const parser& parse,
                      const std::string& help, const std::string& value)
{
  const auto take = [checked = with_name(parse, name)](const std::vector<std::string>& texts)
  { std::ranges::for_each(texts, checked); };
  return app.add_option_function<std::vector<std::string>>(name, take, help)
      ->type_name(value)
      ->allow_extra_args(false);
}

/// Throws where some of the events are of those that can't be shown.
void refuse(event_mask events, event_mask unfit, const std::string& why)
{
  if (has_any(events, unfit))
  {
    throw std::invalid_argument(why);
  }
}

event_mask parse_events(const std::string& text)
{
  error_code ec;
  const auto events = parse_flags<event_mask>(text, ec);
  if (ec)
  {
    throw std::invalid_argument(ec.message());
  }
  if (is_empty(events & ~event_mask::all_modifiers))
  {
    throw std::invalid_argument("names no event");
  }
  refuse(events, event_mask::all_permission,
         "permission events are for programs that answer them, and trace does not: leave them out");
  refuse(events,
         event_mask::fs_error | event_mask::mnt_attach | event_mask::mnt_detach |
             event_mask::q_overflow,
         "trace shows what happens to files, not this: leave it out");
  return events;
}

/// From 1 to what fits.
std::uint32_t parse_number(const std::string& text, const std::string& what, std::uint32_t most)
{
  std::uint32_t n = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, n);
  if (error != std::errc() || rest != end || n == 0 || n > most)
  {
    throw std::invalid_argument("not " + what + " from 1 to " + std::to_string(most));
  }
  return n;
}

pid_t parse_pid(const std::string& text)
{
  constexpr auto most = static_cast<std::uint32_t>(std::numeric_limits<pid_t>::max());
  return static_cast<pid_t>(parse_number(text, "a process id", most));
}

uid_t parse_user(const std::string& text)
{
  uid_t id = 0;
  const auto* const end = text.data() + text.size();
  if (std::from_chars(text.data(), end, id).ptr == end && !text.empty())
  {
    return id;
  }
  const auto* const user = ::getpwnam(text.c_str());
  if (user == nullptr)
  {
    throw std::invalid_argument("there is no user of this name; a number is taken as it is");
  }
  return user->pw_uid;
}

colour_mode parse_colour_mode(const std::string& text)
{
  if (text == "auto" || text == "always" || text == "never")
  {
    return text == "auto"     ? colour_mode::automatic
           : text == "always" ? colour_mode::always
                              : colour_mode::never;
  }
  throw std::invalid_argument("say auto, always or never");
}

/// `--NAME GLOB` and `--exclude-NAME GLOB`.
void add_patterns(CLI::App& app, const std::string& name, pattern_filter& filter,
                  pattern (*make)(std::string_view), const std::string& what)
{
  add_each(
      app, "--" + name, [&filter, make](const std::string& t)
      { filter.include.push_back(make(t)); }, "Show only events " + what, "GLOB");
  add_each(
      app, "--exclude-" + name, [&filter, make](const std::string& t)
      { filter.exclude.push_back(make(t)); }, "Show no events " + what, "GLOB");
}

void add_scope(CLI::App& app, trace_options& options)
{
  auto* paths = app.add_option("PATH", options.paths,
                               "Files and directories to show, with all below; / is everything. "
                               "Default: all filesystems that are on devices")
                    ->type_name("");
  auto* directories =
      app.add_option("-d,--dir", options.directories,
                     "Show what is directly in this directory, and nothing below that")
          ->type_name("DIR")
          ->allow_extra_args(false);
  app.add_flag("-c,--current-mount", options.current_mount,
               "Show only the filesystem of the working directory")
      ->excludes(paths)
      ->excludes(directories);
  add_parsed(
      app, "--events", [&options](const std::string& t) { options.events = parse_events(t); },
      "Events to ask the kernel for; default: access,modify,open,close,create,delete,move", "MASK");
}

void add_choice(CLI::App& app, trace_options& options)
{
  auto& names = options.names;
  auto& who = options.processes;
  add_parsed(
      app, "-f,--filter", [&options](const std::string& t) { options.types = parse_types(t); },
      "Show only these types of events: of C, R, O, W, D, +, <, and X (execution), A (attributes), "
      "S (the object itself went or moved)",
      "TYPES");
  add_each(
      app, "-p,--ignore-pid", [&who](const std::string& t)
      { who.ignored_pids.push_back(parse_pid(t)); }, "Show no events of this process", "PID");
  add_each(
      app, "--pid", [&who](const std::string& t) { who.pids.push_back(parse_pid(t)); },
      "Show only events of this process", "PID");
  add_parsed(
      app, "-C,--command", [&who](const std::string& t) { who.command = t; },
      "Show only events of processes of this name", "COMMAND");
  add_patterns(app, "process", who.commands, pattern::word_glob, "of processes of such a name");
  add_patterns(app, "program", who.programs, pattern::path_glob,
               "of processes that execute such a file");
  add_each(
      app, "--uid", [&who](const std::string& t) { who.users.push_back(parse_user(t)); },
      "Show only events of processes of this user", "USER");
  add_each(
      app, "--exclude-uid",
      [&who](const std::string& t) { who.ignored_users.push_back(parse_user(t)); },
      "Show no events of processes of this user", "USER");
  add_patterns(app, "cgroup", who.cgroups, pattern::word_glob, "of processes in such a cgroup");
  add_patterns(app, "container", who.containers, pattern::word_glob,
               "of processes in a container of such an id or name");
  const auto add_path = [&app](const std::string& name, std::vector<pattern>& to,
                               pattern (*make)(std::string_view), const std::string& help,
                               const std::string& value)
  {
    add_each(app, name, [&to, make](const std::string& t) { to.push_back(make(t)); }, help, value);
  };
  add_path(
      "--include", names.include, pattern::path_glob,
      "Show only such paths: * is anything but a slash, ** anything; a pattern without a slash "
      "is for the last name",
      "GLOB");
  add_path("--exclude", names.exclude, pattern::path_glob, "Show no such paths", "GLOB");
  add_path("--include-regex", names.include, pattern::expression,
           "Show only paths in which this is found", "REGEX");
  add_path("--exclude-regex", names.exclude, pattern::expression,
           "Show no paths in which this is found", "REGEX");
}

void add_form(CLI::App& app, trace_options& options)
{
  auto& format = options.format;
  app.add_flag("-t,--timestamp", format.timestamps,
               "Add the time; given twice, as seconds since 1970");
  app.add_flag("-u,--user", format.users, "Add the user and the group of the process");
  app.add_flag("-e,--exe", format.exe, "Add the path of what the process executes");
  app.add_flag("-P,--parents", format.parents, "Add the parent of the process, and those above");
  app.add_flag("--cgroups", format.cgroups, "Add the cgroup and the container of the process");
  app.add_flag(
      "--no-listen{false}", options.hears_of_processes,
      "Do not hear of each process that starts, which takes time where many do: those that "
      "end at once have no names then");
  app.add_flag("-n,--names", format.names,
               "Where an entry of a directory came or went, show its own path, a line each");
  app.add_flag("-j,--json", format.json, "Print one JSON object a line");
  add_parsed(
      app, "--color", [&options](const std::string& t) { options.colours = parse_colour_mode(t); },
      "When to use colours: auto (on a terminal), always, never", "WHEN");
  app.add_flag("--summary", options.summary, "At the end, print counts by process and by path");
  app.add_flag("-q,--quiet", options.quiet, "Print no events: for --summary");
  app.add_flag("-v,--verbose", options.verbose, "Say on stderr what is watched and what is not");
  app.add_option("-o,--output", options.output_file, "Write to this new file")
      ->type_name("FILE")
      ->take_last();
}

void add_end(CLI::App& app, trace_options& options)
{
  add_parsed(
      app, "-s,--seconds",
      [&options](const std::string& t)
      {
        options.duration = std::chrono::seconds(
            parse_number(t, "a whole number", std::numeric_limits<std::uint32_t>::max()));
      },
      "End after so many seconds", "N");
  add_parsed(
      app, "--duration",
      [&options](const std::string& t) { options.duration = parse_time_span(t); },
      "End after this time: 500ms, 1.5s, 2m, 1h", "TIME");
  add_parsed(
      app, "--linger", [&options](const std::string& t) { options.linger = parse_linger(t); },
      "Let events wait so long that many are read at once, which slows down less those who cause "
      "them; 0: read at once. Default: 100us",
      "TIME");
}

} // namespace

const CLI::App* add_trace(CLI::App& app, trace_options& options)
{
  auto* trace = app.add_subcommand("trace", "Print one line for each file event, until Ctrl-C");
  add_scope(*trace, options);
  add_choice(*trace, options);
  add_form(*trace, options);
  add_end(*trace, options);
  trace->callback(
      [&options]
      {
        if (options.format.timestamps > 2)
        {
          throw CLI::ValidationError("--timestamp", "it can be given twice, and not more often");
        }
      });
  trace->footer("Once it watches it has given up all privileges but those to look up paths and "
                "processes, and to mark what is mounted later.");
  return trace;
}

} // namespace fanio::tool

#include "scope_options.hpp"

#include "escape.hpp"
#include "time_span.hpp"
#include "watch_events.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <istream>
#include <stdexcept>
#include <system_error>

namespace fanio::tool {

namespace {

void add_pattern(CLI::App& command, const std::string& name, std::optional<posix_pattern>& pattern,
                 bool ignores_case, const std::string& help)
{
  add_word(
      command, name, [&pattern, ignores_case](const std::string& text)
      { pattern.emplace(text, ignores_case); }, help, "PATTERN");
}

void take_path(const std::string& word, watch_scope& scope)
{
  if (word.empty() || word == "@")
  {
    return;
  }
  word.front() == '@' ? scope.excluded.push_back(word.substr(1)) : scope.paths.push_back(word);
}

void take_lines(std::istream& in, watch_scope& scope)
{
  for (std::string line; std::getline(in, line);)
  {
    take_path(line, scope);
  }
}

} // namespace

CLI::Option* add_word(CLI::App& command, const std::string& name,
                      const std::function<void(const std::string&)>& parse, const std::string& help,
                      const std::string& kind)
{
  const auto take = [name, parse](const std::vector<std::string>& words)
  {
    for (const auto& word : words)
    {
      try
      {
        parse(word);
      }
      catch (const std::invalid_argument& e)
      {
        throw CLI::ValidationError(name, e.what());
      }
    }
  };
  return command.add_option_function<std::vector<std::string>>(name, take, help)
      ->type_name(kind)
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
}

std::optional<std::chrono::seconds> parse_timeout(const std::string& text)
{
  std::uint32_t n = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, n);
  if (error != std::errc() || rest != end)
  {
    throw std::invalid_argument("'" + escape(text) + "': no whole number of seconds");
  }
  return n == 0 ? std::nullopt : std::optional(std::chrono::seconds(n));
}

void add_scope_options(CLI::App& command, scope_words& words, watch_scope& scope,
                       watch_filter& filter)
{
  command.add_option("PATH", words.paths,
                     "Files and directories to watch; @PATH: not this, nor what is below it");
  command
      .add_option("--fromfile", words.from_file,
                  "Read such paths from a file, one a line; -: from standard input")
      ->type_name("FILE");
  command.add_flag("-r,--recursive", scope.recursive, "Watch all that is below the directories");
  command.add_flag("-P,--no-dereference", words.no_dereference,
                   "Watch a symbolic link itself, not what it leads to");
  command.add_flag("-S,--filesystem", scope.whole_filesystems,
                   "Watch all of the filesystems that the paths are on (privileged)");
  command.add_flag("-F,--fanotify")->description("Taken as given: watch by fanotify");
  add_word(
      command, "-e,--event",
      [&scope](const std::string& text) { scope.events |= parse_watch_events(text); },
      "Events to watch, all by default: access, modify, attrib, close_write, close_nowrite, close, "
      "open, moved_to, moved_from, move, move_self, create, delete, delete_self, unmount",
      "EVENT");
  add_word(
      command, "--linger", [&scope](const std::string& text) { scope.linger = parse_linger(text); },
      "Let events wait so long that many are read at once, which slows down less those who cause "
      "them; 0: read at once. Default: 100us",
      "TIME");
  add_pattern(command, "--exclude", filter.exclude, false,
              "Not those whose path an extended regular expression is found in");
  add_pattern(command, "--excludei", filter.exclude, true, "The same, in capitals or not");
  add_pattern(command, "--include", filter.include, false,
              "Only those whose path an extended regular expression is found in");
  add_pattern(command, "--includei", filter.include, true, "The same, in capitals or not");
  const std::vector<std::string> patterns{"--exclude", "--excludei", "--include", "--includei"};
  for (const auto& one : patterns)
  {
    for (const auto& other : patterns)
    {
      if (one != other)
      {
        command.get_option(one)->excludes(command.get_option(other));
      }
    }
  }
}

void take_scope(const scope_words& words, watch_scope& scope)
{
  if (words.from_file == "-")
  {
    take_lines(std::cin, scope);
  }
  else if (!words.from_file.empty())
  {
    std::ifstream file(words.from_file);
    if (!file)
    {
      throw std::runtime_error(escape(words.from_file) + ": " +
                               std::generic_category().message(errno));
    }
    take_lines(file, scope);
  }
  std::ranges::for_each(words.paths, [&scope](const auto& word) { take_path(word, scope); });
  if (scope.paths.empty())
  {
    throw std::runtime_error("no paths to watch: name files or directories");
  }
  scope.events = is_empty(scope.events) ? all_watch_events : scope.events;
  scope.follow_links = !words.no_dereference;
}

} // namespace fanio::tool

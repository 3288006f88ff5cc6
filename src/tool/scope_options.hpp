#pragma once

#include "watch_run.hpp"
#include "watch_scope.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace fanio::tool {

// The options that `fanio watch` and `fanio stat` have in common, as inotifywait and inotifywatch.

/// What the words of the command line say; `take_scope` makes the scope of it.
struct scope_words
{
  std::vector<std::string> paths; ///< With an @: not these.
  std::string from_file;
  bool no_dereference = false;
};

void add_scope_options(CLI::App& command, scope_words& words, watch_scope& scope,
                       watch_filter& filter);

/// Reads the file of paths, if there is one. *Errors*: throws `CLI::ParseError`, and
/// `std::runtime_error` with a message for the user.
void take_scope(const scope_words& words, watch_scope& scope);

/// An option that takes one word, which `parse` refuses by throwing `std::invalid_argument`.
CLI::Option* add_word(CLI::App& command, const std::string& name,
                      const std::function<void(const std::string&)>& parse, const std::string& help,
                      const std::string& kind);

/// As `--timeout` has it: 0 is none. *Errors*: throws `std::invalid_argument`.
[[nodiscard]] std::optional<std::chrono::seconds> parse_timeout(const std::string& text);

} // namespace fanio::tool

#pragma once

#include "scope_options.hpp"
#include "watch_run.hpp"

#include <CLI/CLI.hpp>

namespace fanio::tool {

struct watch_words
{
  scope_words scope{};
  watch_options options{};
  std::optional<std::string> format;
  std::optional<std::string> time_format;
  bool csv = false;
  bool json = false;
  bool no_newline = false;
};

/// Adds the command `watch`.
const CLI::App* add_watch(CLI::App& app, watch_words& words);

/// Runs it, and returns its exit status. *Errors*: throws `std::runtime_error` with a message for
/// the user.
[[nodiscard]] int run_watch(watch_words& words);

} // namespace fanio::tool

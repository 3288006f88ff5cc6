#pragma once

#include "scope_options.hpp"
#include "stat_run.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace fanio::tool {

struct stat_words
{
  scope_words scope{};
  stat_options options{};
  std::string ascending;
  std::string descending;
};

/// Adds the command `stat`.
const CLI::App* add_stat(CLI::App& app, stat_words& words);

/// Runs it. *Errors*: throws `std::runtime_error` with a message for the user.
void run_stat(stat_words& words);

} // namespace fanio::tool

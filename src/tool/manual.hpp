#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace fanio::tool {

// What --help tells, in other forms: so they can't differ from it.

/// A page for man(1): of the whole program, or of one of its commands.
[[nodiscard]] std::string manual_page(const CLI::App& program, const CLI::App* command);

/// A script for bash(1) that completes commands, options and names of files.
[[nodiscard]] std::string bash_completion(const CLI::App& program);

} // namespace fanio::tool

#pragma once

#include "trace.hpp"

#include <CLI/CLI.hpp>

namespace fanio::tool {

/// Adds the command `trace`, which fills the options in.
const CLI::App* add_trace(CLI::App& app, trace_options& options);

} // namespace fanio::tool

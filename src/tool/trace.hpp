#pragma once

#include "path_filter.hpp"
#include "pattern.hpp"
#include "process_filter.hpp"
#include "trace_lines.hpp"
#include <fanio/event_mask.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace fanio::tool {

/// What `fanio trace` is told.
struct trace_options
{
  // What is watched; if nothing of it is said, the filesystems that are on devices.
  std::vector<std::string> paths;       ///< With all below.
  std::vector<std::string> directories; ///< With what is directly in them.
  bool current_mount = false;           ///< The filesystem of the working directory.
  std::optional<event_mask> events;     ///< Absent: what is sensible for the kind of watch.

  // What of it is shown.
  std::optional<event_mask> types;
  pattern_filter names; ///< Of paths.
  process_filter processes;

  // How.
  line_format format;
  colour_mode colours = colour_mode::automatic;
  bool summary = false;
  bool quiet = false;
  bool verbose = false;
  bool hears_of_processes = true; ///< Of each that starts, where the kernel lets it.
  std::string output_file;        ///< Empty: standard output.
  std::optional<std::chrono::microseconds> duration;
  std::chrono::microseconds linger{100}; ///< See `read_options`.
};

/// Prints one line an event until it is interrupted, nobody reads any more, or the time is over.
///
/// *Errors*: throws `std::runtime_error` with a message for the user.
void trace(const trace_options& options);

} // namespace fanio::tool

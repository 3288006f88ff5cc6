#pragma once

#include <fanio/event_mask.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace fanio::tool {

/// What `fanio trace` is told.
struct trace_options
{
  std::vector<std::string> paths;
  std::optional<event_mask> events; ///< Absent: what is sensible for the kind of watch.
  std::optional<std::chrono::seconds> duration;
  bool json = false;
  bool verbose = false;
};

/// Prints one line an event until it is interrupted, nobody reads any more, or the time is over.
///
/// *Errors*: throws `std::runtime_error` with a message for the user.
void trace(const trace_options& options);

} // namespace fanio::tool

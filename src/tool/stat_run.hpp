#pragma once

#include "count_table.hpp"
#include "watch_run.hpp"
#include "watch_scope.hpp"

#include <chrono>
#include <optional>

namespace fanio::tool {

/// What `fanio stat` is told.
struct stat_options
{
  enum class subject
  {
    path,
    directory,
    process,
  };

  watch_scope scope{};
  watch_filter filter{};
  subject by = subject::path;
  std::optional<std::chrono::seconds> duration;
  table_order order{};
  bool zeros = false;
  bool json = false;
  bool top = false; ///< Shows the table again and again.
  std::chrono::seconds interval{1};
  bool verbose = false;
};

/// Counts events until the time is over or it is interrupted, and prints how many there were.
///
/// *Errors*: throws `std::runtime_error` with a message for the user.
void count_events(const stat_options& options);

} // namespace fanio::tool

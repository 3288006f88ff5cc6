#pragma once

#include "watch_events.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fanio::tool {

/// How often each event came.
struct event_counts
{
  std::array<std::uint64_t, watch_event_names.size()> each{}; ///< As `watch_event_names` has them.
  std::uint64_t total = 0;
  std::uint64_t recent = 0; ///< Since `count_table::start_interval`.

  void add(event_mask events) noexcept;
};

/// What the rows are sorted by, and which there are.
struct table_order
{
  std::optional<std::size_t> event; ///< Which of `watch_event_names`; absent: the total.
  bool ascending = false;
  bool recent_first = false; ///< By what has happened in the interval, in front of that.
  std::size_t max_rows = SIZE_MAX;
};

/// Which columns there are.
struct table_columns
{
  event_mask events{}; ///< One for each of these,
  bool zeros = false;  ///< also if it is nothing but 0, and so each row;
  std::optional<std::chrono::duration<double>> interval; ///< and the rate over this time.
  std::string_view name = "filename";
};

/// Counts of events by name: of paths, or of processes.
class count_table
{
public:
  /// Names above this number are counted together, as "(others)".
  static constexpr std::size_t max_names = 1'000'000;

  void add(std::string_view name, event_mask events);

  /// A row of zeros.
  void add_name(std::string_view name);

  void start_interval() noexcept;

  [[nodiscard]] const event_counts& sums() const noexcept { return sums_; }

  using row = std::pair<std::string_view, const event_counts*>;

  [[nodiscard]] std::vector<row> rows(const table_order& order) const;

  /// Lines in columns, as inotifywatch prints them. Names are escaped.
  [[nodiscard]] std::string text(const table_columns& columns, const table_order& order) const;

  /// One JSON object a row and line.
  [[nodiscard]] std::string json(const table_columns& columns, const table_order& order) const;

private:
  struct hash
  {
    using is_transparent = void;

    [[nodiscard]] std::size_t operator()(std::string_view text) const noexcept
    {
      return std::hash<std::string_view>()(text);
    }
  };

  event_counts& counts_of(std::string_view name);
  [[nodiscard]] bool has_column(const table_columns& columns, std::size_t event) const noexcept;

  std::unordered_map<std::string, event_counts, hash, std::equal_to<>> counts_;
  event_counts sums_;
};

} // namespace fanio::tool

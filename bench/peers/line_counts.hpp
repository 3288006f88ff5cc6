#pragma once

#include "../load/storm.hpp"

#include <cstddef>
#include <istream>

namespace fanio::bench {

/// What a program has printed of a storm.
struct line_counts
{
  std::size_t files = 0;     ///< Files of the storm that it told of, each counted once.
  std::size_t lines = 0;     ///< Lines that tell of them: more, if it told of some twice.
  std::size_t overflows = 0; ///< Lines that say that events were lost.

  friend bool operator==(const line_counts&, const line_counts&) = default;
};

/// A line tells of a file if the file's whole path is the end of it.
[[nodiscard]] line_counts count_lines(std::istream& output, const storm& made);

} // namespace fanio::bench

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace fanio::bench {

/// What a storm does, `operations` times, round and round its directories.
enum class storm_kind
{
  create,     ///< Makes a file of its own: one event of FAN_CREATE each, none merge.
  open_close, ///< Opens and closes an existing file of its own.
  churn       ///< Makes a file, renames it, removes it.
};

/// Changes whose number is known. Names: root/dN/fM.
struct storm
{
  storm_kind kind = storm_kind::create;
  std::filesystem::path root;
  std::size_t directories = 1000;
  std::size_t operations = 50'000;
  std::size_t depth = 1; ///< So many of the directories lie in each other: root/d0/d1/d2.

  /// Makes the directories, and the files of `open_close`. *Errors*: throws std::system_error.
  void prepare() const;

  /// Does the operations, in this process. Returns the time it took, by the clock. *Errors*:
  /// throws std::system_error, at the first that fails.
  std::chrono::nanoseconds blow() const;

  /// Removes all that is below root, for the next round.
  void clear() const;
};

} // namespace fanio::bench

#pragma once

#include "../harness/outcome.hpp"
#include "../load/storm.hpp"
#include "line_counts.hpp"
#include "peer.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace fanio::bench {

/// When a peer reads.
enum class reading
{
  live,      ///< While the storm blows.
  afterwards ///< It is stopped meanwhile: what it reads is a full queue.
};

/// What one peer did with one storm.
struct turn
{
  std::chrono::nanoseconds cpu{};     ///< Of the peer, from when it watched until all was told.
  std::chrono::nanoseconds blowing{}; ///< How long the storm took.
  line_counts told;
};

/// One peer's turn, on a filesystem of its own; `made.root` is set here. *Errors*: throws
/// std::system_error and std::runtime_error.
[[nodiscard]] turn take_turn(const peer& what, storm made, reading when);

/// A peer in the table.
struct contender
{
  peer program;
  row* cpu;      ///< CPU seconds of the peer, for a million files that it has told of.
  row* slowdown; ///< The storm's time to that with nobody watching. Not there for a full queue.
};

/// The contenders of one competition.
class competition
{
public:
  /// Adds their rows to the table; `suffix` is behind their names there. Those that are not
  /// installed are left out.
  competition(outcome& found, const std::vector<peer>& peers, const storm& made, reading when,
              const std::string& suffix);

  /// Lets them take turns. Who fails is left out from there on.
  void run(const run_options& options);

  /// Compares the CPU times of two, if both were there.
  void compare(const std::string& what, const std::string& reference,
               std::optional<goal> to_reach = {}) const;

private:
  [[nodiscard]] bool take_part(const contender& one);
  void add(const contender& one, const turn& result, double unwatched) const;
  [[nodiscard]] const contender* find(const std::string& name) const;

  outcome& found_;
  storm made_;
  reading when_;
  std::vector<contender> contenders_;
};

} // namespace fanio::bench

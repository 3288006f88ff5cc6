#pragma once

#include <fanio/resolve/process_table.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>

#include <sys/types.h>

namespace fanio::tool {

/// A pipe, or a FIFO by whatever name: what fstat(2) knows it by.
struct pipe_id
{
  dev_t device = 0;
  ino_t inode = 0;

  friend auto operator<=>(const pipe_id&, const pipe_id&) = default;
};

/// The processes that read what this one writes to a pipe, and those that read what these write:
/// `fanio trace | grep x | tee log`. If what they do were shown, they would never come to an end.
///
/// Found by their descriptors, in /proc. A pipe that a process would close on exec is not one that
/// it reads: so has it who started this program to read its output, and what that forks, whose
/// doings may be what it wants to see.
class pipeline
{
public:
  pipeline();

  /// Whether a process is one of them. Each is looked at once: its pipes are there from its start.
  [[nodiscard]] bool has(const resolve::process& p);

private:
  using clock = std::chrono::steady_clock;

  struct answer
  {
    std::uint64_t start_time = 0;
    std::uint64_t looks = 0; ///< How often all processes had been looked at when it was first seen.
    std::optional<bool> is_reader; ///< Absent as long as it can't be said.
  };

  [[nodiscard]] bool can_be_known(const answer& known) const;
  [[nodiscard]] std::optional<bool> look_at(pid_t pid, const answer& known);
  [[nodiscard]] bool follow();
  [[nodiscard]] bool follow_once();

  std::set<pipe_id> pipes_; ///< That carry what this process writes, as far as they are known.
  std::uint64_t looks_ = 0;
  clock::time_point next_look_;
  std::unordered_map<pid_t, answer> known_;
};

} // namespace fanio::tool

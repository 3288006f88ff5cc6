#pragma once

#include <fanio/resolve/process_table.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

namespace fanio::resolve {

/// What is kept of one process.
struct process_record
{
  process known;
  std::uint64_t pidfd_inode = 0; ///< Which process, since Linux 6.9; 0: not known.
  /// All of it was read after this.
  std::chrono::steady_clock::time_point seen_at;
  std::optional<process_details> more;
};

/// Processes of earlier reads, for events that are read after their process has ended.
///
/// The kernel gives pids out in turn, so one comes again only when all others have been used. While
/// fewer processes have been started than half of the pids there are, who had a pid is who has it,
/// or nobody; unless a privileged process chooses the pid of another (clone3(2), ns_last_pid).
class ended_processes
{
public:
  explicit ended_processes(std::size_t most) noexcept : most_(most) {}

  /// Takes what was known in the last read.
  void keep(process_record record);

  /// Who has this pid is another, or another program, since a time.
  void forget(pid_t pid, std::chrono::steady_clock::time_point since);

  [[nodiscard]] bool has(pid_t pid) const { return processes_.contains(pid); }

  void clear() noexcept { processes_.clear(); }

  /// To be called when all of a read were kept.
  void end_batch();

  /// Who had this pid; if an inode is given, then it is certainly that process. Null if nothing is
  /// known. Valid until anything is kept or forgotten.
  [[nodiscard]] const process_record* find(pid_t pid, std::uint64_t pidfd_inode);

  /// The details of a process that `find` gave.
  [[nodiscard]] const process_details* details(const process& p) const;

private:
  struct kept
  {
    process_record record;
    std::uint64_t started; ///< How many processes had been started when it was seen, or fewer.
  };

  std::size_t most_;
  std::unordered_map<pid_t, kept> processes_;
  std::uint64_t started_ = 0;
  std::chrono::steady_clock::time_point counted_at_;
  std::optional<std::uint64_t> started_now_; ///< In this read, where that was asked for.
  std::uint64_t bound_ = 0;
};

} // namespace fanio::resolve

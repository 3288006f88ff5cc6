#pragma once

#include "../harness/process.hpp"
#include "../raw/live_board.h"
#include <fanio/unique_fd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace fanio::bench {

/// Starts a reader program, on the readers' core, and waits until it is ready. *Errors*: throws
/// std::system_error, std::runtime_error with what the program says.
[[nodiscard]] process start_reader(const std::vector<std::string>& argv);

/// A reader program that runs, on the readers' core, and the board on which it tells what it has
/// seen: see raw/live_board.h.
class live_reader
{
public:
  /// The command line, given the path of the board.
  using command = std::function<std::vector<std::string>(const std::string& board)>;

  /// Starts it and waits until it is ready. *Errors*: throws std::system_error,
  /// std::runtime_error with what the program says.
  explicit live_reader(const command& command_line);

  live_reader(const live_reader&) = delete;
  live_reader& operator=(const live_reader&) = delete;
  ~live_reader();

  [[nodiscard]] live_counts counts() const noexcept { return live_board_read(board_); }

  [[nodiscard]] std::chrono::nanoseconds cpu_time() const { return child_.cpu_time(); }

  [[nodiscard]] pid_t id() const noexcept { return child_.id(); }

  /// Waits until it has seen so many changes in all. Returns what it has seen: fewer if nothing
  /// came for a while.
  [[nodiscard]] live_counts wait_for(std::uint64_t changes) const;

  /// Stops the process, and waits until it is, so that what happens is queued; lets it go on.
  void stop() const;
  void go_on() const;

  /// How long it took from now, before `make_event`, until its handler had the event. *Errors*:
  /// throws std::runtime_error if it does not come.
  [[nodiscard]] std::chrono::nanoseconds delay_of(const std::function<void()>& make_event) const;

private:
  unique_fd memory_;
  live_board* board_;
  process child_;
};

/// What was seen after `before` and up to `after`.
[[nodiscard]] live_counts operator-(const live_counts& after, const live_counts& before) noexcept;

} // namespace fanio::bench

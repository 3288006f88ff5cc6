#pragma once

#include <fanio/unique_fd.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace fanio::bench {

/// How a process ended, and what it took.
struct process_end
{
  int status = 0; ///< As waitpid(2) tells it.
  std::chrono::nanoseconds
      cpu_time{}; ///< Kernel and user, with its own children that it waited for.

  [[nodiscard]] bool is_success() const noexcept { return status == 0; }
};

/// A child process. It is killed when the harness dies (PR_SET_PDEATHSIG), and, if it still runs,
/// with all that it has started (its process group) by the destructor, which waits for it.
class process
{
public:
  struct settings
  {
    int core = -1;             ///< -1: any.
    std::string output = {};   ///< A file for standard output and error; empty: /dev/null.
    bool reads_output = false; ///< Standard output is a pipe instead: see `line`.
  };

  /// Executes a program; argv[0] is looked for in PATH. *Errors*: throws std::system_error, also
  /// when the program can't be executed.
  [[nodiscard]] static process run(const std::vector<std::string>& argv, const settings& how);

  /// Forks; the child calls `body` and ends with what it returns, without destructors of the
  /// parent's objects. It has no copy of a group's descriptor if it is forked before the group is
  /// opened, which a permission group demands.
  [[nodiscard]] static process fork(const std::function<int()>& body, int core = -1);

  process(process&&) noexcept;
  process& operator=(process&&) = delete;
  ~process();

  [[nodiscard]] pid_t id() const noexcept { return id_; }

  /// The next line of its standard output without the end of line; throws std::runtime_error if
  /// there is none within `patience`.
  [[nodiscard]] std::string line(std::chrono::milliseconds patience = std::chrono::seconds(30));

  /// Sends a signal.
  void signal(int number) const noexcept;

  /// Waits until it has ended; throws std::runtime_error (and kills it) after `patience`.
  process_end wait(std::chrono::milliseconds patience = std::chrono::minutes(2));

  /// CPU time so far of the running process (/proc/PID/schedstat of all its threads, or
  /// CLOCK_PROCESS_CPUTIME_ID of it by clock_getcpuclockid(3)).
  [[nodiscard]] std::chrono::nanoseconds cpu_time() const;

private:
  process(pid_t id, unique_fd output) noexcept;

  pid_t id_;
  unique_fd output_;
  std::string unread_;
};

/// Whether a program is in PATH.
[[nodiscard]] bool is_installed(const std::string& program);

/// A start signal for processes that were forked before: they wait in `wait`, and all go on when
/// `open` is called in the parent, or the parent is gone.
class start_gate
{
public:
  start_gate();
  void wait() const; ///< In the child.
  void open();       ///< In the parent.

private:
  unique_fd reader_;
  unique_fd writer_;
};

} // namespace fanio::bench

#pragma once

#include <fanio/detail/config.hpp>
#include <fanio/event_view.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace fanio::resolve {

/// What is known of a process. What could not be read is absent: mostly because it had ended.
struct process
{
  pid_t pid = 0;

  // Read at once, when an event arrives.
  std::optional<std::uint64_t> start_time; ///< Clock ticks since the start of the machine.
  std::optional<std::string> comm;         ///< Its name for itself, 15 bytes at most.
  std::optional<pid_t> parent;
  std::optional<pid_t> session;
  std::optional<uid_t> uid; ///< Effective.
  std::optional<gid_t> gid; ///< Effective.
};

/// What takes more to read, and is read on demand.
struct process_details
{
  std::optional<std::string> exe; ///< As the kernel tells it: " (deleted)" may stand behind it.
  std::optional<std::vector<std::string>> command_line;
  std::optional<std::string> cwd;
  std::optional<std::string> cgroup;          ///< Its path in the unified hierarchy, or the first.
  std::optional<std::string> container;       ///< The id in the cgroup's path, see `container_of`.
  std::optional<uid_t> loginuid;              ///< Absent also where nobody has logged in.
  std::optional<std::uint64_t> pid_namespace; ///< Its inode.
  std::optional<std::uint64_t> mount_namespace; ///< Its inode.
};

/// The id of the container that a cgroup path is of, in the forms of docker, podman, containerd,
/// cri-o, kubernetes, systemd-nspawn and lxc; empty, if it is of none.
[[nodiscard]] FANIO_API std::string_view container_of(std::string_view cgroup_path) noexcept;

struct process_options
{
  /// How many processes of a batch are kept in mind; each takes about 200 bytes, and with details
  /// 1 KiB.
  std::size_t max_processes = 10'000;

  /// What was known of a process in an earlier read is told of its events that are read after its
  /// end, when it can't be asked for any more. It may have become another program in between. Its
  /// pid is no proof that it is the same, but the kernel gives out all others first: it is taken as
  /// one while less than half of all pids have been used since. Who may choose the pids of new
  /// processes (CAP_CHECKPOINT_RESTORE) can feign another.
  bool remember_ended = false;

  /// Whether `process_table::note` reads also the details, which takes four times as long:
  /// meanwhile others may end.
  bool note_details = true;
};

/// Knows the processes of events.
///
/// A process is known by its pid and its start time, or by the pidfd of its event: another that
/// has got its pid is never taken for it. Events with a pidfd (`report_pidfd`) are certain; without
/// one, who has the pid when the event is looked at is taken for who had it when it happened,
/// unless his start shows that he came later.
///
/// Whatever is known of a process may change when it executes another program, so nothing is told
/// for longer than the events of one read, `start_batch`, of processes that can be asked.
///
/// *Thread safety*: distinct objects are independent; one is used by one thread at a time.
///
/// ```cpp
/// table.start_batch();
/// for (const auto e : co_await group.async_read_events(buffer))
/// {
///   if (const auto* const p = table.find(e))
///   {
///     std::cout << p->comm.value_or("?") << '(' << p->pid << ")\n";
///   }
/// }
/// ```
class process_table
{
public:
  FANIO_API explicit process_table(const process_options& options = {});
  FANIO_API process_table(process_table&&) noexcept;
  FANIO_API process_table& operator=(process_table&&) noexcept;
  FANIO_API ~process_table();

  /// Forgets all that can be asked for again: to be called for each read.
  FANIO_API void start_batch();

  /// Says that a process was started or has executed another program at this time. What was read of
  /// it before is told of no event of another read any more. If nothing was read since, what there
  /// is to know is read at once, and kept for events that are read after its end: see
  /// `process_listener`. If it has ended already it is unknown from here on. Keeps nothing without
  /// `process_options::remember_ended`.
  FANIO_API void
  note(pid_t pid,
       std::chrono::steady_clock::time_point started_at = std::chrono::steady_clock::now());

  /// Forgets what was kept for after the end of processes: some may have become other programs, and
  /// nobody has heard of it.
  FANIO_API void forget_ended() noexcept;

  /// The process that caused an event; null where the event does not tell (pid 0). Valid until
  /// the next call.
  [[nodiscard]] FANIO_API const process* find(const event_view& e);

  /// The process that caused an event, if it is still there; else null. It may end any moment: who
  /// looks at those of all events of a read before he does anything else that takes time finds more
  /// of them later. Valid until the next call.
  FANIO_API const process* look(const event_view& e);

  /// The process that has a pid now; null if there is none. Valid until the next call.
  [[nodiscard]] FANIO_API const process* find(pid_t pid);

  /// The rest of what there is to know of a process that `find` gave. Read at the first call, and
  /// only if it is still there; valid until the next call of `find`.
  [[nodiscard]] FANIO_API const process_details& details(const process& p);

  /// Its parent, the parent of that, and so on to the first; as far as they are still there.
  [[nodiscard]] FANIO_API std::vector<process> ancestors(const process& p);

  [[nodiscard]] FANIO_API std::size_t size() const noexcept;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace fanio::resolve

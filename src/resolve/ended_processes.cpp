#include "ended_processes.hpp"

#include "proc_files.hpp"

#include <utility>

#include <fcntl.h>

namespace fanio::resolve {

namespace {

/// How many processes and threads were started since the machine was. Without /proc nothing counts.
std::optional<std::uint64_t> count_started()
{
  const auto text = read_file(AT_FDCWD, "/proc/stat");
  return text ? started_processes(*text) : std::nullopt;
}

/// Half of the pids: the others may be in use.
std::uint64_t half_of_pids()
{
  const auto text = read_file(AT_FDCWD, "/proc/sys/kernel/pid_max");
  return (text ? parse_pid_max(*text) : std::nullopt).value_or(0) / 2;
}

} // namespace

void ended_processes::keep(process_record record)
{
  // Before the first count nothing is known of when it was seen.
  if (!record.known.start_time || bound_ == 0)
  {
    return;
  }
  if (processes_.size() >= most_)
  {
    processes_.clear();
  }
  const auto pid = record.known.pid;
  if (const auto before = processes_.find(pid);
      !record.more && before != processes_.end() &&
      before->second.record.known.start_time == record.known.start_time)
  {
    record.more = std::move(before->second.record.more);
    record.seen_at = before->second.record.seen_at;
  }
  processes_.insert_or_assign(pid, kept{std::move(record), started_});
}

void ended_processes::end_batch()
{
  started_now_.reset();
  // What was counted earlier is less, and so on the safe side.
  const auto now = std::chrono::steady_clock::now();
  if (bound_ == 0 || now - counted_at_ > std::chrono::seconds(1))
  {
    const auto count = count_started();
    started_ = count.value_or(0);
    counted_at_ = now;
    bound_ = count ? half_of_pids() : 0;
  }
}

void ended_processes::forget(pid_t pid, std::chrono::steady_clock::time_point since)
{
  const auto found = processes_.find(pid);
  if (found != processes_.end() && found->second.record.seen_at <= since)
  {
    processes_.erase(found);
  }
}

const process_details* ended_processes::details(const process& p) const
{
  const auto found = processes_.find(p.pid);
  const bool is_it =
      found != processes_.end() && found->second.record.known.start_time == p.start_time;
  return is_it && found->second.record.more ? &*found->second.record.more : nullptr;
}

const process_record* ended_processes::find(pid_t pid, std::uint64_t pidfd_inode)
{
  const auto found = processes_.find(pid);
  if (found == processes_.end())
  {
    return nullptr;
  }
  const auto& [record, started] = found->second;
  if (pidfd_inode != 0 && record.pidfd_inode != 0)
  {
    return record.pidfd_inode == pidfd_inode ? &record : nullptr;
  }
  if (!started_now_)
  {
    started_now_ = count_started();
  }
  return started_now_ && *started_now_ - started < bound_ ? &record : nullptr;
}

} // namespace fanio::resolve

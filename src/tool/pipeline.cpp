#include "pipeline.hpp"

#include <fanio/unique_fd.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

/// Above so many the answers are forgotten.
constexpr std::size_t most_answers = 10'000;

/// Of the lowest so many descriptors of a process: what a server has besides are connections.
constexpr std::size_t most_descriptors = 256;

/// All processes are looked at for a twentieth of the time at most.
constexpr int rest_for_each_look = 20;

/// The pipes that a process reads and writes.
struct pipe_ends
{
  std::vector<pipe_id> read;
  std::vector<pipe_id> written;
};

/// Which pipe a descriptor is, as an entry of /proc/PID/fd leads to it.
std::optional<pipe_id> pipe_of(int directory, const char* descriptor)
{
  // What it leads to may be on a server that does not answer: so nobody is asked anew.
  struct statx status;
  if (::statx(directory, descriptor, AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, &status) != 0 ||
      !S_ISFIFO(status.stx_mode))
  {
    return std::nullopt;
  }
  return pipe_id{::makedev(status.stx_dev_major, status.stx_dev_minor), status.stx_ino};
}

bool is_closed_on_exec(const std::filesystem::path& info)
{
  std::ifstream in(info);
  for (std::string key, value; in >> key >> value;)
  {
    if (key == "flags:")
    {
      return (std::stoul(value, nullptr, 8) & O_CLOEXEC) != 0;
    }
  }
  return false;
}

/// Whether a process may read a pipe by this descriptor, or only has it still.
bool is_reading(const std::filesystem::path& process, const std::filesystem::path& descriptor)
{
  std::error_code ended;
  const auto link = std::filesystem::read_symlink(descriptor, ended).native();
  const bool has_name = !link.starts_with("pipe:"); // by which the process has opened it
  return has_name || descriptor.filename() == "0" ||
         !is_closed_on_exec(process / "fdinfo" / descriptor.filename());
}

/// Empty where it has ended, or is not to be known.
pipe_ends pipes_of(const std::filesystem::path& process)
{
  pipe_ends ends;
  const auto path = process / "fd";
  const unique_fd directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::size_t count = 0;
  std::error_code ec;
  for (std::filesystem::directory_iterator entry(path, ec), end;
       entry != end && count < most_descriptors; entry.increment(ec), ++count)
  {
    const auto name = entry->path().filename();
    struct stat link; // its permissions are how the descriptor was opened, see proc_pid_fd(5)
    const auto pipe = pipe_of(directory.get(), name.c_str());
    if (!pipe || ::fstatat(directory.get(), name.c_str(), &link, AT_SYMLINK_NOFOLLOW) != 0)
    {
      continue;
    }
    if ((link.st_mode & S_IWUSR) != 0)
    {
      ends.written.push_back(*pipe);
    }
    if ((link.st_mode & S_IRUSR) != 0 && is_reading(process, entry->path()))
    {
      ends.read.push_back(*pipe);
    }
  }
  return ends;
}

std::filesystem::path directory_of(pid_t pid)
{
  return "/proc/" + std::to_string(pid);
}

bool is_process(const std::filesystem::path& directory)
{
  const auto name = directory.filename().native();
  return std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

pipeline::pipeline()
{
  struct stat status;
  if (::fstat(STDOUT_FILENO, &status) == 0 && S_ISFIFO(status.st_mode))
  {
    pipes_.insert({status.st_dev, status.st_ino});
  }
}

bool pipeline::has(const resolve::process& p)
{
  if (pipes_.empty() || !p.start_time)
  {
    return false;
  }
  if (known_.size() >= most_answers)
  {
    known_.clear();
  }
  auto& known = known_[p.pid];
  if (known.start_time != *p.start_time)
  {
    known = {*p.start_time, looks_, std::nullopt};
    known.is_reader = look_at(p.pid, known);
  }
  else if (!known.is_reader && can_be_known(known))
  {
    known.is_reader = look_at(p.pid, known);
  }
  return known.is_reader.value_or(false);
}

bool pipeline::can_be_known(const answer& known) const
{
  return looks_ != known.looks || clock::now() >= next_look_;
}

std::optional<bool> pipeline::look_at(pid_t pid, const answer& known)
{
  auto [read, written] = pipes_of(directory_of(pid));
  const auto is_ours = [this](const pipe_id& pipe) { return pipes_.contains(pipe); };
  if (std::ranges::any_of(read, is_ours))
  {
    return true;
  }
  // By a pipe to itself a process wakes itself up.
  std::erase_if(read, [&own = written](const pipe_id& pipe)
                { return std::ranges::find(own, pipe) != own.end(); });
  if (read.empty())
  {
    return false;
  }
  // Who writes to it? Maybe a reader who has not been seen: who does nothing has no events.
  return looks_ != known.looks || follow() ? std::optional(std::ranges::any_of(read, is_ours))
                                           : std::nullopt;
}

/// Follows the pipes to their ends. False where it may not be done again yet: it is work for each
/// descriptor on the machine, and a script can start processes without end that have to be told.
bool pipeline::follow()
{
  const auto start = clock::now();
  if (start < next_look_)
  {
    return false;
  }
  while (follow_once())
  {
  }
  const auto end = clock::now();
  next_look_ = end + rest_for_each_look * (end - start);
  ++looks_;
  return true;
}

/// Whether there were more. A reader is seen only after the pipe that it reads is known.
bool pipeline::follow_once()
{
  const auto before = pipes_.size();
  std::error_code ec;
  for (std::filesystem::directory_iterator entry("/proc", ec), end; entry != end;
       entry.increment(ec))
  {
    if (!is_process(entry->path()))
    {
      continue;
    }
    const auto ends = pipes_of(entry->path());
    if (std::ranges::any_of(ends.read, [this](const auto& pipe) { return pipes_.contains(pipe); }))
    {
      pipes_.insert(ends.written.begin(), ends.written.end());
    }
  }
  return pipes_.size() != before;
}

} // namespace fanio::tool

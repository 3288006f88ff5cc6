#include "process_names.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

/// Whether the process of the event is known to be gone. A zombie is not: it keeps its id.
bool is_gone(const event_view& e) noexcept
{
  if (e.pidfd_error())
  {
    return true;
  }
  return e.pidfd() >= 0 && ::syscall(SYS_pidfd_send_signal, e.pidfd(), 0, nullptr, 0) != 0 &&
         errno == ESRCH;
}

} // namespace

process_names::process_names() : proc_(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

std::string_view process_names::of(const event_view& e)
{
  const auto pid = e.pid();
  if (pid == 0)
  {
    return {};
  }
  const auto [name, is_new] = names_.try_emplace(pid);
  if (is_new)
  {
    name->second = read(pid);
    // Asked after the reading: while the process is there, no other has its id.
    if (is_gone(e))
    {
      name->second.clear();
    }
  }
  return name->second;
}

std::string process_names::read(std::int32_t pid) const
{
  const auto path = std::to_string(pid) + "/comm";
  const unique_fd file(::openat(proc_.get(), path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 64> name; // TASK_COMM_LEN is 16; kernel threads may have more
  const auto bytes = file ? ::read(file.get(), name.data(), name.size()) : -1;
  return bytes > 0 ? std::string(name.data(), static_cast<std::size_t>(bytes - 1)) // less the '\n'
                   : std::string();
}

} // namespace fanio::tool

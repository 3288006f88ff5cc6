#include "other_process.hpp"

#include "patience.hpp"
#include <fanio/unique_fd.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

/// In the new process.
[[noreturn]] void act_and_end(const std::function<int()>& act)
{
  // It must not outlive who waits for it, and with a copy of the group it would block itself.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0);
  ::_exit(act());
}

} // namespace

int try_open(const std::filesystem::path& file, int flags)
{
  const unique_fd fd(::open(file.c_str(), flags | O_CLOEXEC));
  return fd ? 0 : errno;
}

int try_read(const std::filesystem::path& file)
{
  const unique_fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  char byte = 0;
  return fd && ::read(fd.get(), &byte, 1) == 1 ? 0 : errno;
}

int try_execute(const std::filesystem::path& file)
{
  auto name = file.native();
  const std::array<char*, 2> arguments{name.data(), nullptr};
  std::array<char*, 1> environment{};
  ::execve(name.c_str(), arguments.data(), environment.data());
  return errno;
}

other_process::other_process(const std::function<int()>& act) : pid_(::fork())
{
  if (pid_ == 0)
  {
    act_and_end(act);
  }
  if (pid_ < 0)
  {
    throw std::system_error(errno, std::system_category(), "another process can't be started");
  }
}

other_process::other_process(const std::filesystem::path& file)
    : other_process([&] { return try_open(file, O_RDONLY); })
{}

other_process::~other_process()
{
  if (!ended_)
  {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

bool other_process::has_ended() const
{
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  return ended_ || info.si_pid == pid_;
}

int other_process::result()
{
  const unique_fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (!process)
  {
    throw std::system_error(errno, std::system_category(), "a process can't be waited for");
  }
  pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  if (::poll(&ended, 1, static_cast<int>(ms)) != 1)
  {
    return still_blocked;
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  ended_ = true;
  return WIFEXITED(status) ? WEXITSTATUS(status) : still_blocked;
}

} // namespace fanio::tool

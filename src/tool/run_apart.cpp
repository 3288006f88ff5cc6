#include "run_apart.hpp"

#include "patience.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

[[noreturn]] void throw_errno(const char* what)
{
  throw std::system_error(errno, std::generic_category(), what);
}

sigset_t ending_signals()
{
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGHUP, SIGINT, SIGTERM})
  {
    struct sigaction action{};
    ::sigaction(number, nullptr, &action);
    if (action.sa_handler != SIG_IGN) // as nohup(1) does
    {
      ::sigaddset(&set, number);
    }
  }
  return set;
}

/// In the new process.
[[noreturn]] void work_and_end(const held_signals& signals, const std::function<int()>& work)
{
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  signals.let_go();
  std::exit(work()); // NOLINT(concurrency-mt-unsafe): there is one thread
}

/// Until one of them is readable; none is after that time.
template <std::size_t N>
void await(std::array<pollfd, N>& any, std::chrono::milliseconds time)
{
  int ready = 0;
  do
  {
    ready = ::poll(any.data(), any.size(), static_cast<int>(time.count()));
  }
  while (ready < 0 && errno == EINTR);
}

} // namespace

held_signals::held_signals()
{
  const auto ending = ending_signals();
  descriptor_.reset(::signalfd(-1, &ending, SFD_CLOEXEC));
  if (!descriptor_)
  {
    throw_errno("signalfd");
  }
  ::sigprocmask(SIG_BLOCK, &ending, &before_);
}

void held_signals::let_go() const noexcept
{
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<int> run_apart(const held_signals& signals, const std::function<int()>& work)
{
  const pid_t pid = ::fork();
  if (pid == 0)
  {
    work_and_end(signals, work);
  }
  if (pid < 0)
  {
    throw_errno("another process can't be started");
  }
  const unique_fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process)
  {
    const int error = errno;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    throw std::system_error(error, std::generic_category(), "a process can't be waited for");
  }
  const pollfd end{.fd = process.get(), .events = POLLIN, .revents = 0};
  std::array either{end, pollfd{.fd = signals.descriptor(), .events = POLLIN, .revents = 0}};
  await(either, std::chrono::minutes(5));
  if (either[0].revents == 0)
  {
    ::kill(pid, SIGKILL);
  }
  std::array ended{end};
  await(ended, patience);
  int status = 0;
  if (ended[0].revents == 0 || ::waitpid(pid, &status, 0) != pid)
  {
    return std::nullopt;
  }
  return status;
}

} // namespace fanio::tool

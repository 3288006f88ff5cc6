#include "stop_signals.hpp"

#include <cerrno>
#include <system_error>

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace fanio::bench {

stop_signals::stop_signals()
{
  ::signal(SIGXFSZ, SIG_IGN); // it is told by what is written then
  sigset_t stopping;
  sigemptyset(&stopping);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE})
  {
    struct sigaction action = {};
    ::sigaction(number, nullptr, &action);
    if (action.sa_handler != SIG_IGN)
    {
      sigaddset(&stopping, number);
    }
  }
  ::sigprocmask(SIG_BLOCK, &stopping, nullptr);
  fd_.reset(::signalfd(-1, &stopping, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_)
  {
    throw std::system_error(errno, std::system_category(), "signalfd");
  }
}

std::optional<int> stop_signals::arrived()
{
  signalfd_siginfo info{};
  if (!first_ && ::read(fd_.get(), &info, sizeof info) == sizeof info)
  {
    first_ = static_cast<int>(info.ssi_signo);
  }
  return first_;
}

} // namespace fanio::bench

#include "background.hpp"

#include <array>
#include <cerrno>
#include <iostream>
#include <syslog.h>
#include <system_error>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

[[noreturn]] void throw_errno(const char* what)
{
  throw std::system_error(errno, std::system_category(), what);
}

/// In the process that was started. Its streams and objects are the other one's.
[[noreturn]] void await_ready(int ready, pid_t child)
{
  char byte = 0;
  if (::read(ready, &byte, 1) == 1)
  {
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

} // namespace

void tell_user(const std::string& text, bool by_syslog)
{
  if (by_syslog)
  {
    ::openlog("fanio", LOG_PID, LOG_DAEMON);
    ::syslog(LOG_INFO, "%s", text.c_str());
    ::closelog();
    return;
  }
  std::cerr << text << '\n';
}

background::background()
{
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
  {
    throw_errno("pipe");
  }
  unique_fd reader(ends[0]);
  ready_.reset(ends[1]);
  const auto child = ::fork();
  if (child < 0)
  {
    throw_errno("fork");
  }
  if (child > 0)
  {
    ready_.reset(); // or the end of the other one would not be seen
    await_ready(reader.get(), child);
  }
  ::setsid();
}

void background::detach()
{
  const unique_fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null || ::chdir("/") != 0)
  {
    throw_errno("/dev/null");
  }
  ::dup2(null.get(), STDIN_FILENO);
  ::dup2(null.get(), STDERR_FILENO);
  const char byte = 0;
  static_cast<void>(::write(ready_.get(), &byte, 1) == 1);
  ready_.reset();
}

} // namespace fanio::tool

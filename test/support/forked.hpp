#pragma once

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace test {

/// As long as anything may take before a test gives up; nothing is ever judged by it.
inline constexpr std::chrono::seconds deadline{60};

/// A child process that does one thing and ends with what it returned: 0 to 255.
///
/// It keeps no descriptor but the standard ones: a child that holds a copy of the group would keep
/// itself blocked. At the end of its life it is killed and waited for, and it does not outlive the
/// thread that made it, however that ends.
class forked
{
public:
  template <typename Action>
  explicit forked(Action&& action) : pid_(::fork())
  {
    if (pid_ == 0)
    {
      ::close_range(3, ~0U, 0);
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::_exit(std::forward<Action>(action)());
    }
    if (pid_ < 0)
    {
      throw std::runtime_error("fork");
    }
    pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  }

  forked(const forked&) = delete;
  forked& operator=(const forked&) = delete;

  ~forked()
  {
    if (!ended_)
    {
      ::kill(pid_, SIGKILL);
      collect();
    }
    ::close(pidfd_);
  }

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  /// Readable when it has ended.
  [[nodiscard]] int pidfd() const noexcept { return pidfd_; }

  /// What the child returned, or -1 if a signal ended it. Fails the test at the deadline.
  int result()
  {
    if (!ended_)
    {
      pollfd ended{.fd = pidfd_, .events = POLLIN, .revents = 0};
      const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(deadline).count();
      // valgrind 3.19 has no pidfd_open(2): there without a deadline.
      BOOST_REQUIRE_MESSAGE(pidfd_ < 0 || ::poll(&ended, 1, static_cast<int>(ms)) == 1,
                            "the child is still blocked");
      collect();
    }
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
  }

  /// Whether it has ended already.
  [[nodiscard]] bool has_ended()
  {
    pollfd ended{.fd = pidfd_, .events = POLLIN, .revents = 0};
    return ::poll(&ended, 1, 0) == 1;
  }

private:
  void collect()
  {
    ::waitpid(pid_, &status_, 0);
    ended_ = true;
  }

  pid_t pid_;
  int pidfd_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

/// Opens and closes a file; 0, or the errno.
inline int try_open(const std::filesystem::path& file, int flags = O_RDONLY)
{
  const int fd = ::open(file.c_str(), flags | O_CLOEXEC);
  if (fd < 0)
  {
    return errno;
  }
  ::close(fd);
  return 0;
}

/// Returns when a child has stopped itself by SIGSTOP.
inline void await_stopped(const forked& process)
{
  int status = 0;
  BOOST_REQUIRE(::waitpid(process.pid(), &status, WUNTRACED) == process.pid());
  BOOST_REQUIRE(WIFSTOPPED(status));
}

/// A child that opens a file and ends with 0 or the errno.
class opener : public forked
{
public:
  explicit opener(const std::filesystem::path& file, int flags = O_RDONLY)
      : forked([&] { return try_open(file, flags); })
  {}
};

/// A fixture: a process that kills this one, and so frees whoever its groups keep waiting, should
/// the test hang. Made before any group is opened, so that it holds none.
class watchdog
{
public:
  watchdog()
  {
    if (::pipe2(alive_, O_CLOEXEC) != 0)
    {
      throw std::runtime_error("pipe2");
    }
    pid_ = ::fork();
    if (pid_ == 0)
    {
      ::close(alive_[1]);
      guard();
      ::_exit(0);
    }
  }

  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

  /// The test goes on: the time begins anew.
  void pat() const
  {
    const char byte = 0;
    static_cast<void>(!::write(alive_[1], &byte, sizeof byte));
  }

  ~watchdog()
  {
    ::close(alive_[0]);
    ::close(alive_[1]);
    ::waitpid(pid_, nullptr, 0);
  }

private:
  void guard() const
  {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(deadline).count();
    pollfd alive{.fd = alive_[0], .events = POLLIN, .revents = 0};
    char byte = 0;
    do
    {
      if (::poll(&alive, 1, static_cast<int>(ms + ms / 2)) == 0)
      {
        ::kill(::getppid(), SIGKILL);
        return;
      }
    }
    while (::read(alive_[0], &byte, sizeof byte) > 0);
  }

  int alive_[2] = {-1, -1};
  pid_t pid_ = -1;
};

} // namespace test

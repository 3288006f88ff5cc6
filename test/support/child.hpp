#pragma once

#include "credentials.hpp"
#include <fanio/unique_fd.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace test {

/// Whom a program runs as.
enum class user
{
  same,
  ordinary,
};

/// A running program, with its output and its errors in pipes. What does not come within a minute
/// throws. At the end of its life it is killed and waited for.
class child
{
public:
  enum stream : std::size_t
  {
    out,
    err,
  };

  explicit child(std::vector<std::string> command, user as = user::same)
  {
    auto [out_read, out_write] = make_pipe();
    auto [err_read, err_write] = make_pipe();
    pid_ = ::fork();
    if (pid_ == 0)
    {
      execute(command, as, out_write.get(), err_write.get());
    }
    if (pid_ < 0)
    {
      throw_errno("fork");
    }
    pipes_ = {std::move(out_read), std::move(err_read)};
    pidfd_ = fanio::unique_fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  }

  child(const child&) = delete;
  child& operator=(const child&) = delete;

  ~child()
  {
    if (!ended_)
    {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, &status_, 0);
    }
  }

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

  /// Does nothing once it was waited for: its number may be somebody else's then.
  void signal(int number) const
  {
    if (!ended_)
    {
      ::kill(pid_, number);
    }
  }

  void stop()
  {
    signal(SIGSTOP);
    await_stop();
  }

  /// Until it stands still.
  void await_stop() { ::waitpid(pid_, &status_, WUNTRACED); }

  void go_on() const { signal(SIGCONT); }

  /// How many bytes it has written that are still in the pipe.
  [[nodiscard]] std::size_t unread(stream from) const
  {
    int bytes = 0;
    ::ioctl(pipes_[from].get(), FIONREAD, &bytes);
    return static_cast<std::size_t>(bytes);
  }

  /// The next line, without its end. Throws where the stream ends before one.
  std::string read_line(stream from)
  {
    auto& text = texts_[from];
    auto end = text.find('\n');
    while (end == std::string::npos)
    {
      if (!read_some(from))
      {
        throw std::runtime_error("no line, but the end behind: " + text);
      }
      end = text.find('\n');
    }
    auto line = text.substr(0, end);
    text.erase(0, end + 1);
    return line;
  }

  /// All that is left.
  std::string read_all(stream from)
  {
    while (read_some(from))
    {
    }
    return std::exchange(texts_[from], {});
  }

  /// Reads no more: who writes then gets EPIPE.
  void close(stream which) { pipes_[which].reset(); }

  /// What it ended with: its exit status, or minus the signal.
  int wait()
  {
    if (!ended_)
    {
      await(pidfd_.get());
      ::waitpid(pid_, &status_, 0);
      ended_ = true;
    }
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
  }

private:
  static constexpr std::chrono::milliseconds patience = std::chrono::minutes(1);

  [[noreturn]] static void throw_errno(const char* what)
  {
    throw std::system_error(errno, std::system_category(), what);
  }

  static std::pair<fanio::unique_fd, fanio::unique_fd> make_pipe()
  {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    {
      throw_errno("pipe2");
    }
    return {fanio::unique_fd(ends[0]), fanio::unique_fd(ends[1])};
  }

  /// In the child.
  [[noreturn]] static void execute(std::vector<std::string>& command, user as, int out_fd,
                                   int err_fd)
  {
    std::vector<char*> arguments;
    std::ranges::transform(command, std::back_inserter(arguments),
                           [](std::string& argument) { return argument.data(); });
    arguments.push_back(nullptr);
    ::dup2(out_fd, STDOUT_FILENO);
    ::dup2(err_fd, STDERR_FILENO);
    if (as == user::ordinary)
    {
      drop_privileges();
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // after a change of user, which undoes it
    ::execvp(arguments.front(), arguments.data());
    ::_exit(127);
  }

  static void await(int fd)
  {
    pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, static_cast<int>(patience.count())) != 1)
    {
      throw std::runtime_error("nothing happened for a minute");
    }
  }

  /// False at the end of the stream.
  bool read_some(stream from)
  {
    await(pipes_[from].get());
    std::array<char, 4096> block;
    const auto bytes = ::read(pipes_[from].get(), block.data(), block.size());
    if (bytes < 0)
    {
      throw_errno("read");
    }
    texts_[from].append(block.data(), static_cast<std::size_t>(bytes));
    return bytes != 0;
  }

  pid_t pid_ = -1;
  fanio::unique_fd pidfd_;
  std::array<fanio::unique_fd, 2> pipes_;
  std::array<std::string, 2> texts_;
  int status_ = 0;
  bool ended_ = false;
};

} // namespace test

#include "process.hpp"

#include "cpu.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <time.h>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fanio::bench {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr int failed_child = 127;

[[noreturn]] void fail(int error, const std::string& what)
{
  throw std::system_error(error, std::system_category(), what);
}

struct pipe_ends
{
  unique_fd reader;
  unique_fd writer;
};

pipe_ends make_pipe()
{
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
  {
    fail(errno, "pipe2");
  }
  return {unique_fd(ends[0]), unique_fd(ends[1])};
}

pid_t fork_or_throw()
{
  std::cout.flush(); // or the child would have it, too
  const pid_t id = ::fork();
  if (id < 0)
  {
    fail(errno, "fork");
  }
  return id;
}

/// In the child, first of all: a group of its own, the parent's death is its own, and no signal is
/// blocked or ignored that the parent has taken for itself.
void begin_child(pid_t parent, int core) noexcept
{
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) // it was faster
  {
    ::_exit(failed_child);
  }
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGCHLD})
  {
    ::signal(number, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (core >= 0)
  {
    run_on(core);
  }
}

/// Opens the file that is to be its output.
unique_fd open_output(const process::settings& how)
{
  const auto* const name = how.output.empty() ? "/dev/null" : how.output.c_str();
  unique_fd file(::open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file)
  {
    fail(errno, name);
  }
  return file;
}

/// The rest of the child's life. Between fork and exec there are system calls only: another thread
/// may have held any lock.
[[noreturn]] void execute(char* const* argv, int out, int err, int told) noexcept
{
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (::dup2(nothing, STDIN_FILENO) >= 0 && ::dup2(out, STDOUT_FILENO) >= 0 &&
      ::dup2(err, STDERR_FILENO) >= 0)
  {
    ::execvp(argv[0], argv);
  }
  const int error = errno;
  static_cast<void>(::write(told, &error, sizeof error) > 0);
  ::_exit(failed_child);
}

/// Waits until it can be read from, or, for a pidfd, until the process has ended.
bool wait_readable(int fd, steady_clock::time_point until)
{
  while (true)
  {
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    pollfd waited{fd, POLLIN, 0};
    const int result =
        ::poll(&waited, 1, static_cast<int>(std::max(left, milliseconds(0)).count()));
    if (result >= 0)
    {
      return result > 0;
    }
    if (errno != EINTR)
    {
      fail(errno, "poll");
    }
  }
}

/// Ends all of its group: as long as it was not waited for its number is not another's.
process_end end_group(pid_t id) noexcept
{
  ::kill(-id, SIGKILL);
  process_end end;
  rusage used{};
  while (::wait4(id, &end.status, 0, &used) < 0 && errno == EINTR)
  {
  }
  for (const auto& time : {used.ru_utime, used.ru_stime})
  {
    end.cpu_time += std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  }
  return end;
}

} // namespace

process process::run(const std::vector<std::string>& argv, const settings& how)
{
  std::vector<char*> words;
  std::ranges::transform(argv, std::back_inserter(words),
                         [](const std::string& word) { return const_cast<char*>(word.c_str()); });
  words.push_back(nullptr);
  auto told = make_pipe();
  const auto errors = open_output(how);
  auto output = how.reads_output ? make_pipe() : pipe_ends{};
  const int out = how.reads_output ? output.writer.get() : errors.get();
  const pid_t parent = ::getpid();
  const pid_t id = fork_or_throw();
  if (id == 0)
  {
    begin_child(parent, how.core);
    execute(words.data(), out, errors.get(), told.writer.get());
  }
  ::setpgid(id, id); // whoever of the two is first
  process child(id, std::move(output.reader));
  told.writer.reset();
  int error = 0;
  if (::read(told.reader.get(), &error, sizeof error) == sizeof error)
  {
    fail(error, "executing " + argv.at(0));
  }
  return child;
}

process process::fork(const std::function<int()>& body, int core)
{
  const pid_t parent = ::getpid();
  const pid_t id = fork_or_throw();
  if (id == 0)
  {
    begin_child(parent, core);
    int status = failed_child;
    try
    {
      status = body();
    }
    catch (const std::exception& e)
    {
      std::cerr << "in a child: " << e.what() << '\n';
    }
    std::cout.flush();
    ::_exit(status);
  }
  ::setpgid(id, id);
  return {id, unique_fd()};
}

process::process(pid_t id, unique_fd output) noexcept : id_(id), output_(std::move(output)) {}

process::process(process&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      output_(std::move(other.output_)),
      unread_(std::move(other.unread_))
{}

process::~process()
{
  if (id_ > 0)
  {
    end_group(id_);
  }
}

std::string process::line(milliseconds patience)
{
  const auto until = steady_clock::now() + patience;
  std::array<char, 4096> read{};
  while (true)
  {
    if (const auto end = unread_.find('\n'); end != std::string::npos)
    {
      auto line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    if (!output_)
    {
      throw std::runtime_error("a process whose output is not read");
    }
    if (!wait_readable(output_.get(), until))
    {
      throw std::runtime_error("a process told nothing for too long");
    }
    const auto bytes = ::read(output_.get(), read.data(), read.size());
    if (bytes <= 0)
    {
      throw std::runtime_error("a process ended its output: " + unread_);
    }
    unread_.append(read.data(), static_cast<std::size_t>(bytes));
  }
}

void process::signal(int number) const noexcept
{
  if (id_ > 0)
  {
    ::kill(id_, number);
  }
}

process_end process::wait(milliseconds patience)
{
  if (id_ <= 0)
  {
    throw std::runtime_error("a process was waited for twice");
  }
  const unique_fd ended(static_cast<int>(::syscall(SYS_pidfd_open, id_, 0)));
  if (!ended)
  {
    fail(errno, "pidfd_open");
  }
  const bool is_in_time = wait_readable(ended.get(), steady_clock::now() + patience);
  const auto end = end_group(std::exchange(id_, -1));
  if (!is_in_time)
  {
    throw std::runtime_error("a process did not end in time, and was killed");
  }
  return end;
}

nanoseconds process::cpu_time() const
{
  clockid_t clock{};
  if (const int error = ::clock_getcpuclockid(id_, &clock); id_ <= 0 || error != 0)
  {
    fail(id_ <= 0 ? ESRCH : error, "the CPU time of a process");
  }
  timespec time{};
  if (::clock_gettime(clock, &time) != 0)
  {
    fail(errno, "the CPU time of a process");
  }
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

bool is_installed(const std::string& program)
{
  const auto is_program = [](const std::string& path)
  {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
  };
  if (program.find('/') != std::string::npos)
  {
    return is_program(program);
  }
  const char* const path = std::getenv("PATH");
  for (const auto directory : std::views::split(std::string_view(path ? path : ""), ':'))
  {
    if (is_program(std::string(directory.begin(), directory.end()) + '/' + program))
    {
      return true;
    }
  }
  return false;
}

start_gate::start_gate()
{
  auto ends = make_pipe();
  reader_ = std::move(ends.reader);
  writer_ = std::move(ends.writer);
}

void start_gate::wait() const
{
  // The byte is left in the pipe: everybody sees it. Who waits dies with the parent, by its signal.
  pollfd waited{reader_.get(), POLLIN, 0};
  while (::poll(&waited, 1, -1) < 0 && errno == EINTR)
  {
  }
}

void start_gate::open()
{
  const char go = 1;
  if (::write(writer_.get(), &go, sizeof go) != sizeof go)
  {
    fail(errno, "the start signal");
  }
}

} // namespace fanio::bench

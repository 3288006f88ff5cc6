#include "workers.hpp"

#include <cerrno>
#include <new>
#include <random>
#include <system_error>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace soak {

namespace {

[[noreturn]] void throw_errno(const char* what)
{
  throw std::system_error(errno, std::system_category(), what);
}

/// Executes a program and waits for its end; false if it was not to be executed.
bool execute(const char* program)
{
  const pid_t pid = ::vfork();
  if (pid == 0)
  {
    ::execl(program, program, nullptr);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool open_and_read(const char* file)
{
  const int fd = ::open(file, O_RDONLY | O_CLOEXEC);
  char byte = 0;
  const bool done = fd >= 0 && ::read(fd, &byte, 1) >= 0;
  ::close(fd);
  return done;
}

} // namespace

workers::workers(std::filesystem::path directory) : directory_(std::move(directory))
{
  void* memory =
      ::mmap(nullptr, sizeof(state), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
  {
    throw_errno("mmap");
  }
  shared_ = new (memory) state;
  // What a killed worker had started is this process's child then, and is waited for.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  for (std::size_t i = 0; i < count; ++i)
  {
    pids_[i] = start(i);
  }
}

workers::~workers()
{
  stop();
  for (const pid_t pid : pids_)
  {
    if (pid > 0)
    {
      ::kill(pid, SIGKILL);
    }
  }
  while (::waitpid(-1, nullptr, 0) > 0)
  {
  }
  ::munmap(shared_, sizeof(state));
}

void workers::replace(std::size_t which)
{
  if (pids_[which] > 0)
  {
    ::kill(pids_[which], SIGKILL);
    ::waitpid(pids_[which], nullptr, 0); // one that waits for a permission dies at once
    pids_[which] = start(which);
  }
}

bool workers::have_ended() noexcept
{
  for (;;)
  {
    const pid_t pid = ::waitpid(-1, nullptr, WNOHANG);
    if (pid <= 0)
    {
      return pid < 0;
    }
    for (auto& one : pids_)
    {
      one = one == pid ? -1 : one;
    }
  }
}

std::string workers::name_of(std::size_t which, std::uint32_t number)
{
  return std::to_string(which) + "-" + std::to_string(number);
}

pid_t workers::start(std::size_t which)
{
  const pid_t pid = ::fork();
  if (pid < 0)
  {
    throw_errno("fork");
  }
  if (pid == 0)
  {
    ::close_range(3, ~0U, 0); // a copy of a group would keep this process blocked for ever
    work(which);
  }
  return pid;
}

void workers::work(std::size_t which)
{
  std::mt19937 random(static_cast<unsigned>(::getpid()));
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (::chdir(directory_.c_str()) != 0)
  {
    ::_exit(1);
  }
  while (!shared_->stop)
  {
    act(which, static_cast<unsigned>(random() % 100));
  }
  ::_exit(0);
}

void workers::act(std::size_t which, unsigned choice)
{
  const auto number = shared_->made[which].load();
  if (choice < 40)
  {
    make_file(which);
  }
  else if (choice < 70)
  {
    note(open_and_read("true"));
  }
  else if (choice < 80)
  {
    const auto name = name_of(which, number);
    note(::rename(name.c_str(), ("renamed-" + std::to_string(which)).c_str()) == 0);
  }
  else if (choice < 97)
  {
    note(::unlink(name_of(which, number - choice % 10).c_str()) == 0 || errno == ENOENT);
  }
  else
  {
    note(execute("./true"));
  }
}

/// The next one. It counts as made only once it is there, and its number is never used again, so
/// that one which was killed in between leaves no gap that a watcher could take for a loss.
void workers::make_file(std::size_t which)
{
  const auto number = shared_->made[which].load() + 1;
  const auto name = name_of(which, number);
  // mknod(2) opens nothing: creating waits for no permission.
  if (::mknod(name.c_str(), S_IFREG | 0600, 0) == 0 || errno == EEXIST)
  {
    shared_->made[which] = number;
  }
  const int fd = ::open(name.c_str(), O_WRONLY | O_CLOEXEC);
  note(fd >= 0 && ::write(fd, "text", 4) == 4);
  ::close(fd);
}

void workers::note(bool done) noexcept
{
  ++shared_->operations;
  shared_->denials += done ? 0 : 1;
}

} // namespace soak

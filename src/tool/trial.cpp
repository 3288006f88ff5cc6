#include "trial.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

/// As long as a check waits for what should come at once.
constexpr std::chrono::seconds patience(10);

} // namespace

trial::trial(asio::io_context& context, const std::filesystem::path& parent) : context_(context)
{
  auto name = (parent / "fanio-self-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
  {
    throw std::system_error(errno, std::system_category(), parent.string());
  }
  directory_ = name;
}

trial::~trial()
{
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::filesystem::path trial::write(const std::string& name) const
{
  auto file = directory_ / name;
  std::ofstream(file) << "text";
  return file;
}

fanotify_handle trial::open(init_flags flags)
{
  return {context_, {.flags = flags}};
}

std::vector<event> trial::read(fanotify_handle& group, std::size_t buffer_bytes)
{
  event_buffer buffer(buffer_bytes);
  std::vector<event> taken;
  group.async_read_events(buffer,
                          [&](const error_code&, event_range events)
                          {
                            for (const event_view e : events)
                            {
                              taken.push_back(e.take());
                            }
                          });
  context_.restart();
  context_.run_for(patience);
  group.cancel();
  context_.restart();
  context_.run();
  return taken;
}

event_mask trial::read_masks(fanotify_handle& group)
{
  event_mask all{};
  do
  {
    for (const auto& e : read(group))
    {
      all |= e.mask();
    }
  }
  while (group.queued() != 0);
  return all;
}

int try_open(const std::filesystem::path& file, int flags)
{
  const int fd = ::open(file.c_str(), flags | O_CLOEXEC);
  if (fd < 0)
  {
    return errno;
  }
  ::close(fd);
  return 0;
}

opener::opener(const std::filesystem::path& file) : pid_(::fork())
{
  if (pid_ == 0)
  {
    // With a copy of the group it would keep itself blocked.
    ::syscall(SYS_close_range, 3, ~0U, 0);
    ::_exit(try_open(file, O_RDONLY));
  }
  if (pid_ < 0)
  {
    throw std::system_error(errno, std::system_category(), "fork");
  }
}

opener::~opener()
{
  if (!ended_)
  {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

int opener::result()
{
  const unique_fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  if (::poll(&ended, 1, static_cast<int>(ms)) != 1)
  {
    return -1;
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  ended_ = true;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace fanio::tool

#include "output.hpp"

#include "escape.hpp"
#include <fanio/unique_fd.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

bool is_pipe(int fd) noexcept
{
  struct stat status;
  return ::fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

} // namespace

output::output(const asio::any_io_executor& executor) : stream_(executor)
{
  unique_fd fd;
  if (is_pipe(STDOUT_FILENO) || ::isatty(STDOUT_FILENO) != 0)
  {
    fd.reset(::open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    can_wait_ = static_cast<bool>(fd);
    is_terminal_ = ::isatty(STDOUT_FILENO) != 0;
    has_ended_ = !fd && errno == ENXIO; // a pipe without readers
  }
  if (!fd)
  {
    fd.reset(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
  }
  if (!fd)
  {
    throw std::system_error(errno, std::system_category(), "standard output");
  }
  stream_.assign(fd.get());
  static_cast<void>(fd.release());
}

output::output(const asio::any_io_executor& executor, const std::string& new_file)
    : name_(escape(new_file)),
      stream_(executor)
{
  constexpr mode_t mode = 0666; // less the umask
  unique_fd fd(::open(new_file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_NOCTTY | O_CLOEXEC, mode));
  if (!fd)
  {
    const bool is_there = errno == EEXIST;
    throw std::runtime_error(
        name_ + ": " + std::system_category().message(errno) +
        (is_there ? ": nothing is overwritten, give the name of a new file" : ""));
  }
  stream_.assign(fd.get());
  static_cast<void>(fd.release());
}

asio::awaitable<error_code> output::write(std::string_view text)
{
  error_code ec;
  while (can_wait_ && !text.empty() && !ec)
  {
    std::size_t count = 0;
    std::tie(ec, count) =
        co_await stream_.async_write_some(asio::buffer(text), asio::as_tuple(asio::use_awaitable));
    text.remove_prefix(count);
    written_ += count;
  }
  if (!can_wait_)
  {
    written_ += asio::write(stream_, asio::buffer(text), ec);
  }
  co_return ec;
}

void output::cancel()
{
  error_code ignored;
  stream_.cancel(ignored);
}

void output::write_last(std::string_view text, error_code& ec)
{
  asio::write(stream_, asio::buffer(text), ec);
}

void output::close(error_code& ec)
{
  ec = {};
  if (stream_.is_open())
  {
    stream_.close(ec);
  }
}

} // namespace fanio::tool

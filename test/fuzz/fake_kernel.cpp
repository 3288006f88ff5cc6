#include "fake_kernel.hpp"

#include "require.hpp"
#include "sys.hpp"
#include <fanio/detail/wire.hpp>
#include <fanio/parse_events.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace fuzz {

namespace wire = fanio::detail::wire;

fake_kernel& kernel()
{
  static fake_kernel the_kernel;
  return the_kernel;
}

/// Every descriptor of an event is open from here on, and every request waits.
void fake_kernel::deliver(std::span<const std::byte> bytes)
{
  fanio::error_code ignored;
  for (const auto e : fanio::parse_events(bytes, flags, ignored))
  {
    if (e.fd() >= 0)
    {
      ++open[e.fd()];
    }
    if (e.pidfd() >= 0)
    {
      ++open[e.pidfd()];
    }
    if (e.needs_response())
    {
      ++requests[e.fd()];
    }
  }
}

/// The two forms that there are, and nothing but requests that were read.
void fake_kernel::take_answer(std::span<const std::byte> bytes)
{
  constexpr std::uint32_t info = 0x20;
  require(bytes.size() >= wire::response::size);
  const auto fd = wire::load<int>(bytes.data());
  const auto word = wire::load<std::uint32_t>(bytes.data() + 4);
  require(bytes.size() ==
          ((word & info) != 0 ? wire::response::size_with_rule : wire::response::size));
  ++answers[fd];
  require(answers[fd] <= requests[fd]);
}

namespace {

constexpr int first_of_its_own = 1 << 29;

int open_one_more()
{
  static int next = first_of_its_own;
  next = next == group_fd - 1 ? first_of_its_own : next + 1;
  ++kernel().open[next];
  return next;
}

int close_one(int fd)
{
  const auto found = kernel().open.find(fd);
  require(found != kernel().open.end()); // or somebody else's descriptor was closed
  if (--found->second == 0)
  {
    kernel().open.erase(found);
  }
  return 0;
}

/// Whether this write is to fail.
bool write_fails()
{
  if (kernel().failing_write == 0 || --kernel().failing_write != 0)
  {
    return false;
  }
  errno = kernel().write_error;
  return true;
}

} // namespace

} // namespace fuzz

namespace fanio::sys {

using fuzz::kernel;
using fuzz::require;

int fanotify_init(unsigned int, unsigned int) noexcept
{
  return fuzz::group_fd;
}

int fanotify_mark(int, unsigned int, std::uint64_t, int, const char*) noexcept
{
  return 0;
}

ssize_t read(int fd, std::span<std::byte> into) noexcept
{
  require(fd == fuzz::group_fd);
  if (kernel().queue.empty())
  {
    errno = EAGAIN;
    return -1;
  }
  const auto bytes = std::min(into.size(), kernel().queue.size());
  std::copy_n(kernel().queue.begin(), bytes, into.begin());
  kernel().queue.clear();
  kernel().deliver(into.first(bytes));
  return static_cast<ssize_t>(bytes);
}

ssize_t write(int, std::span<const std::byte> from) noexcept
{
  if (fuzz::write_fails())
  {
    return -1;
  }
  kernel().take_answer(from);
  return static_cast<ssize_t>(from.size());
}

ssize_t writev(int, std::span<const iovec> from) noexcept
{
  std::size_t bytes = 0;
  for (const auto& one : from)
  {
    if (fuzz::write_fails())
    {
      return bytes != 0 ? static_cast<ssize_t>(bytes) : -1;
    }
    kernel().take_answer({static_cast<const std::byte*>(one.iov_base), one.iov_len});
    bytes += one.iov_len;
  }
  return static_cast<ssize_t>(bytes);
}

int poll_in(int) noexcept
{
  return 1;
}

int bytes_readable(int, int& bytes) noexcept
{
  bytes = kernel().queue.empty() ? 0 : 24;
  return 0;
}

int open(const char*, int) noexcept
{
  errno = ENOENT;
  return -1;
}

int open_path_at(int, const char*) noexcept
{
  errno = ENOENT;
  return -1;
}

int file_of(int, mode_t&, ino_t&) noexcept
{
  return -1;
}

int filesystem_of(int, long&) noexcept
{
  return -1;
}

std::uint64_t most_descriptors() noexcept
{
  return fuzz::most_descriptors;
}

std::uint64_t descriptor_limit() noexcept
{
  return fuzz::most_descriptors;
}

int close(int fd) noexcept
{
  return fuzz::close_one(fd);
}

int close_range(unsigned int first, unsigned int last) noexcept
{
  for (auto fd = first; fd <= last; ++fd)
  {
    fuzz::close_one(static_cast<int>(fd));
  }
  return 0;
}

int eventfd() noexcept
{
  return fuzz::open_one_more();
}

int duplicate(int fd, int) noexcept
{
  require(kernel().open.contains(fd));
  return fuzz::open_one_more();
}

int get_fd_flags(int) noexcept
{
  return 0;
}

int set_fd_flags(int, int) noexcept
{
  return 0;
}

int get_status_flags(int) noexcept
{
  return 0;
}

int set_status_flags(int, int) noexcept
{
  return 0;
}

int thread_exists(int, int tid) noexcept
{
  return tid % 2 == 0 ? 0 : -1;
}

void* map(std::size_t bytes) noexcept
{
  return std::calloc(bytes, 1);
}

int wipe_on_fork(void*, std::size_t) noexcept
{
  return -1;
}

int unmap(void* pages, std::size_t) noexcept
{
  std::free(pages);
  return 0;
}

} // namespace fanio::sys

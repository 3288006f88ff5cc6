// Stands in place of the library's sys.cpp: the same calls, one of which may be made to fail.

#include "failing_calls.hpp"

#include <cerrno>
#include <utility>

// The real ones, as fanio::real.
#define sys real
#include "sys.cpp"
#undef sys

namespace test {

namespace {

failing_call* the_fault = nullptr;
before_call* the_action = nullptr;
std::size_t made = 0;

/// The call, or its failure.
template <typename Call, typename... Arguments>
auto call(std::string_view name, Call real, Arguments&&... arguments) noexcept
{
  ++made;
  if (the_action != nullptr)
  {
    the_action->note(name);
  }
  if (the_fault != nullptr && the_fault->strikes(name))
  {
    errno = the_fault->error();
    return decltype(real(arguments...))(-1);
  }
  return real(arguments...);
}

} // namespace

std::size_t calls_made() noexcept
{
  return made;
}

failing_call::failing_call(std::string_view name, int error, int time) noexcept
    : name_(name),
      error_(error),
      time_(time)
{
  the_fault = this;
}

failing_call::~failing_call()
{
  the_fault = nullptr;
}

before_call::before_call(std::string_view name, std::function<void()> action)
    : name_(name),
      action_(std::move(action))
{
  the_action = this;
}

before_call::~before_call()
{
  the_action = nullptr;
}

void before_call::note(std::string_view name)
{
  if (name == name_ && action_)
  {
    std::exchange(action_, {})();
  }
}

} // namespace test

namespace fanio::sys {

using test::call;

int fanotify_init(unsigned int flags, unsigned int event_f_flags) noexcept
{
  return call("fanotify_init", real::fanotify_init, flags, event_f_flags);
}

int fanotify_mark(int fd, unsigned int flags, std::uint64_t mask, int dirfd,
                  const char* path) noexcept
{
  return call("fanotify_mark", real::fanotify_mark, fd, flags, mask, dirfd, path);
}

ssize_t read(int fd, std::span<std::byte> into) noexcept
{
  return call("read", real::read, fd, into);
}

ssize_t write(int fd, std::span<const std::byte> from) noexcept
{
  return call("write", real::write, fd, from);
}

ssize_t writev(int fd, std::span<const iovec> from) noexcept
{
  return call("writev", real::writev, fd, from);
}

int poll_in(int fd) noexcept
{
  return call("poll", real::poll_in, fd);
}

int bytes_readable(int fd, int& bytes) noexcept
{
  return call("ioctl", real::bytes_readable, fd, bytes);
}

int open(const char* path, int flags) noexcept
{
  return call("open", real::open, path, flags);
}

int open_path_at(int dirfd, const char* path) noexcept
{
  return call("openat", real::open_path_at, dirfd, path);
}

int file_of(int fd, mode_t& mode, ino_t& inode) noexcept
{
  return call("fstat", real::file_of, fd, mode, inode);
}

int filesystem_of(int fd, long& kind) noexcept
{
  return call("fstatfs", real::filesystem_of, fd, kind);
}

int poll_changed(int fd) noexcept
{
  return call("poll", real::poll_changed, fd);
}

int fsid_of(const char* path, std::int32_t (&fsid)[2]) noexcept
{
  return call("statfs", static_cast<int (*)(const char*, std::int32_t(&)[2])>(real::fsid_of), path,
              fsid);
}

int fsid_of(int fd, std::int32_t (&fsid)[2]) noexcept
{
  return call("fstatfs", static_cast<int (*)(int, std::int32_t(&)[2])>(real::fsid_of), fd, fsid);
}

int name_to_handle_at(int dirfd, const char* path, ::file_handle& handle, int flags) noexcept
{
  return call("name_to_handle_at", real::name_to_handle_at, dirfd, path, handle, flags);
}

int open_by_handle_at(int mount_fd, ::file_handle& handle, int flags) noexcept
{
  return call("open_by_handle_at", real::open_by_handle_at, mount_fd, handle, flags);
}

ssize_t readlinkat(int dirfd, const char* path, std::span<char> into) noexcept
{
  return call("readlinkat", real::readlinkat, dirfd, path, into);
}

int links_of(int fd, std::uint64_t& links) noexcept
{
  return call("fstat", real::links_of, fd, links);
}

int open_at(int dirfd, const char* path, int flags) noexcept
{
  return call("openat", real::open_at, dirfd, path, flags);
}

int signal_process(int pidfd) noexcept
{
  return call("pidfd_send_signal", real::signal_process, pidfd);
}

int connector_socket() noexcept
{
  return call("socket", real::connector_socket);
}

int bind_connector(int fd) noexcept
{
  return call("bind", real::bind_connector, fd);
}

int enlarge_receive_buffer(int fd, int bytes) noexcept
{
  return call("setsockopt", real::enlarge_receive_buffer, fd, bytes);
}

ssize_t send(int fd, std::span<const std::byte> from) noexcept
{
  return call("send", real::send, fd, from);
}

ssize_t receive(int fd, std::span<std::byte> into) noexcept
{
  return call("recv", real::receive, fd, into);
}

std::uint64_t most_descriptors() noexcept
{
  const auto limit = call("getrlimit", [] { return static_cast<long>(real::most_descriptors()); });
  return limit < 0 ? 0 : static_cast<std::uint64_t>(limit);
}

std::uint64_t descriptor_limit() noexcept
{
  const auto limit = call("getrlimit", [] { return static_cast<long>(real::descriptor_limit()); });
  return limit < 0 ? 0 : static_cast<std::uint64_t>(limit);
}

/// A close(2) that fails has closed the descriptor all the same.
int close(int fd) noexcept
{
  const int result = real::close(fd);
  return call("close", [=] { return result; });
}

int close_range(unsigned int first, unsigned int last) noexcept
{
  return call("close_range", real::close_range, first, last);
}

int eventfd() noexcept
{
  return call("eventfd", real::eventfd);
}

int duplicate(int fd, int lowest) noexcept
{
  return call("dup", real::duplicate, fd, lowest);
}

int get_fd_flags(int fd) noexcept
{
  return call("fcntl", real::get_fd_flags, fd);
}

int set_fd_flags(int fd, int flags) noexcept
{
  return call("fcntl", real::set_fd_flags, fd, flags);
}

int get_status_flags(int fd) noexcept
{
  return call("fcntl", real::get_status_flags, fd);
}

int set_status_flags(int fd, int flags) noexcept
{
  return call("fcntl", real::set_status_flags, fd, flags);
}

int thread_exists(int tgid, int tid) noexcept
{
  return call("tgkill", real::thread_exists, tgid, tid);
}

void* map(std::size_t bytes) noexcept
{
  const bool works = call("mmap", [] { return 0; }) == 0;
  return works ? real::map(bytes) : nullptr;
}

int wipe_on_fork(void* pages, std::size_t bytes) noexcept
{
  return call("madvise", real::wipe_on_fork, pages, bytes);
}

int unmap(void* pages, std::size_t bytes) noexcept
{
  const int result = real::unmap(pages, bytes);
  return call("munmap", [=] { return result; });
}

} // namespace fanio::sys

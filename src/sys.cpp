#include "sys.hpp"

#include <cstring>

#include <fcntl.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace fanio::sys {

namespace {

int copy_fsid(const struct ::statfs& from, std::int32_t (&fsid)[2]) noexcept
{
  static_assert(sizeof(from.f_fsid) == sizeof(fsid));
  std::memcpy(fsid, &from.f_fsid, sizeof(fsid));
  return 0;
}

} // namespace

int fanotify_init(unsigned int flags, unsigned int event_f_flags) noexcept
{
  return ::fanotify_init(flags, event_f_flags);
}

int fanotify_mark(int fd, unsigned int flags, std::uint64_t mask, int dirfd,
                  const char* path) noexcept
{
  return ::fanotify_mark(fd, flags, mask, dirfd, path);
}

ssize_t read(int fd, std::span<std::byte> into) noexcept
{
  return ::read(fd, into.data(), into.size());
}

ssize_t write(int fd, std::span<const std::byte> from) noexcept
{
  return ::write(fd, from.data(), from.size());
}

ssize_t writev(int fd, std::span<const iovec> from) noexcept
{
  return ::writev(fd, from.data(), static_cast<int>(from.size()));
}

int poll_in(int fd) noexcept
{
  pollfd p{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&p, 1, -1);
}

int bytes_readable(int fd, int& bytes) noexcept
{
  return ::ioctl(fd, FIONREAD, &bytes);
}

int open(const char* path, int flags) noexcept
{
  return ::open(path, flags);
}

int open_path_at(int dirfd, const char* path) noexcept
{
  return ::openat(dirfd, path, O_PATH | O_CLOEXEC);
}

int file_of(int fd, mode_t& mode, ino_t& inode) noexcept
{
  struct stat file;
  const int result = ::fstat(fd, &file);
  if (result == 0)
  {
    mode = file.st_mode;
    inode = file.st_ino;
  }
  return result;
}

int filesystem_of(int fd, long& kind) noexcept
{
  struct statfs fs;
  const int result = ::fstatfs(fd, &fs);
  if (result == 0)
  {
    kind = fs.f_type;
  }
  return result;
}

int poll_changed(int fd) noexcept
{
  pollfd p{.fd = fd, .events = POLLPRI, .revents = 0};
  return ::poll(&p, 1, 0);
}

int fsid_of(const char* path, std::int32_t (&fsid)[2]) noexcept
{
  struct ::statfs fs;
  const int result = ::statfs(path, &fs);
  return result == 0 ? copy_fsid(fs, fsid) : result;
}

int fsid_of(int fd, std::int32_t (&fsid)[2]) noexcept
{
  struct ::statfs fs;
  const int result = ::fstatfs(fd, &fs);
  return result == 0 ? copy_fsid(fs, fsid) : result;
}

int name_to_handle_at(int dirfd, const char* path, ::file_handle& handle, int flags) noexcept
{
  int mount_id = 0;
  return ::name_to_handle_at(dirfd, path, &handle, &mount_id, flags);
}

int open_by_handle_at(int mount_fd, ::file_handle& handle, int flags) noexcept
{
  return ::open_by_handle_at(mount_fd, &handle, flags);
}

ssize_t readlinkat(int dirfd, const char* path, std::span<char> into) noexcept
{
  return ::readlinkat(dirfd, path, into.data(), into.size());
}

int links_of(int fd, std::uint64_t& links) noexcept
{
  struct ::stat status;
  const int result = ::fstat(fd, &status);
  links = result == 0 ? status.st_nlink : 0;
  return result;
}

int open_at(int dirfd, const char* path, int flags) noexcept
{
  return ::openat(dirfd, path, flags);
}

int signal_process(int pidfd) noexcept
{
  return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, 0, nullptr, 0));
}

int connector_socket() noexcept
{
  return ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_CONNECTOR);
}

int bind_connector(int fd) noexcept
{
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = CN_IDX_PROC;
  return ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

int enlarge_receive_buffer(int fd, int bytes) noexcept
{
  return ::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
}

ssize_t send(int fd, std::span<const std::byte> from) noexcept
{
  return ::send(fd, from.data(), from.size(), MSG_NOSIGNAL);
}

ssize_t receive(int fd, std::span<std::byte> into) noexcept
{
  return ::recv(fd, into.data(), into.size(), 0);
}

std::uint64_t most_descriptors() noexcept
{
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : 0;
}

std::uint64_t descriptor_limit() noexcept
{
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

int close(int fd) noexcept
{
  return ::close(fd);
}

int close_range(unsigned int first, unsigned int last) noexcept
{
  return ::close_range(first, last, 0);
}

int eventfd() noexcept
{
  return ::eventfd(0, EFD_CLOEXEC);
}

int duplicate(int fd, int lowest) noexcept
{
  return ::fcntl(fd, F_DUPFD_CLOEXEC, lowest);
}

int get_fd_flags(int fd) noexcept
{
  return ::fcntl(fd, F_GETFD);
}

int set_fd_flags(int fd, int flags) noexcept
{
  return ::fcntl(fd, F_SETFD, flags);
}

int get_status_flags(int fd) noexcept
{
  return ::fcntl(fd, F_GETFL);
}

int set_status_flags(int fd, int flags) noexcept
{
  return ::fcntl(fd, F_SETFL, flags);
}

int thread_exists(int tgid, int tid) noexcept
{
  return static_cast<int>(::syscall(SYS_tgkill, tgid, tid, 0));
}

void* map(std::size_t bytes) noexcept
{
  void* pages = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return pages == MAP_FAILED ? nullptr : pages;
}

int wipe_on_fork(void* pages, std::size_t bytes) noexcept
{
  return ::madvise(pages, bytes, MADV_WIPEONFORK);
}

int unmap(void* pages, std::size_t bytes) noexcept
{
  return ::munmap(pages, bytes);
}

} // namespace fanio::sys

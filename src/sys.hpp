#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>

#include <sys/types.h>
#include <sys/uio.h>

struct file_handle; // fcntl.h

/// Every system call that the library makes, in one place: each is the bare call, returns -1 and
/// sets errno on failure. A test that wants them to fail links a file of its own in place of
/// sys.cpp.
namespace fanio::sys {

[[nodiscard]] int fanotify_init(unsigned int flags, unsigned int event_f_flags) noexcept;
[[nodiscard]] int fanotify_mark(int fd, unsigned int flags, std::uint64_t mask, int dirfd,
                                const char* path) noexcept;

[[nodiscard]] ssize_t read(int fd, std::span<std::byte> into) noexcept;
[[nodiscard]] ssize_t write(int fd, std::span<const std::byte> from) noexcept;
[[nodiscard]] ssize_t writev(int fd, std::span<const iovec> from) noexcept;

/// Waits until `fd` is readable.
[[nodiscard]] int poll_in(int fd) noexcept;

/// FIONREAD
[[nodiscard]] int bytes_readable(int fd, int& bytes) noexcept;

[[nodiscard]] int open(const char* path, int flags) noexcept;
/// O_PATH: makes no events.
[[nodiscard]] int open_path_at(int dirfd, const char* path) noexcept;

/// The file type and the inode behind a descriptor: fstat(2).
[[nodiscard]] int file_of(int fd, mode_t& mode, ino_t& inode) noexcept;
/// The kind of its filesystem: fstatfs(2).
[[nodiscard]] int filesystem_of(int fd, long& kind) noexcept;

/// Whether anything has been mounted or unmounted since this open /proc/PID/mountinfo was asked.
[[nodiscard]] int poll_changed(int fd) noexcept;

/// f_fsid, by statfs(2) and fstatfs(2).
[[nodiscard]] int fsid_of(const char* path, std::int32_t (&fsid)[2]) noexcept;
[[nodiscard]] int fsid_of(int fd, std::int32_t (&fsid)[2]) noexcept;

/// Fills `handle`, whose `handle_bytes` says how much room there is.
[[nodiscard]] int name_to_handle_at(int dirfd, const char* path, ::file_handle& handle,
                                    int flags) noexcept;
[[nodiscard]] int open_by_handle_at(int mount_fd, ::file_handle& handle, int flags) noexcept;
[[nodiscard]] ssize_t readlinkat(int dirfd, const char* path, std::span<char> into) noexcept;

/// How many names a file has.
[[nodiscard]] int links_of(int fd, std::uint64_t& links) noexcept;

[[nodiscard]] int open_at(int dirfd, const char* path, int flags) noexcept;

/// pidfd_send_signal(2) with no signal: whether the process is there.
[[nodiscard]] int signal_process(int pidfd) noexcept;

/// A non-blocking datagram socket of the netlink connector, and its group of process events.
[[nodiscard]] int connector_socket() noexcept;
[[nodiscard]] int bind_connector(int fd) noexcept;
/// How much of what is not read yet a socket holds; above the limit of the machine,
/// net.core.rmem_max, with CAP_NET_ADMIN only.
[[nodiscard]] int enlarge_receive_buffer(int fd, int bytes) noexcept;
[[nodiscard]] ssize_t send(int fd, std::span<const std::byte> from) noexcept;
[[nodiscard]] ssize_t receive(int fd, std::span<std::byte> into) noexcept;

/// The hard limit of descriptors of this process, and the limit that holds.
[[nodiscard]] std::uint64_t most_descriptors() noexcept;
[[nodiscard]] std::uint64_t descriptor_limit() noexcept;

int close(int fd) noexcept;
int close_range(unsigned int first, unsigned int last) noexcept;
[[nodiscard]] int eventfd() noexcept;
/// The lowest number that is free and not below `lowest`.
[[nodiscard]] int duplicate(int fd, int lowest = 0) noexcept;
[[nodiscard]] int get_fd_flags(int fd) noexcept;
[[nodiscard]] int set_fd_flags(int fd, int flags) noexcept;
[[nodiscard]] int get_status_flags(int fd) noexcept;
[[nodiscard]] int set_status_flags(int fd, int flags) noexcept;

/// Whether `tid` is a thread of this process: tgkill(2) without a signal.
[[nodiscard]] int thread_exists(int tgid, int tid) noexcept;

/// Zeroed pages, which take no memory until they are written; or null.
[[nodiscard]] void* map(std::size_t bytes) noexcept;
/// Lets a forked child find these pages zeroed: MADV_WIPEONFORK.
[[nodiscard]] int wipe_on_fork(void* pages, std::size_t bytes) noexcept;
int unmap(void* pages, std::size_t bytes) noexcept;

/// Makes a call, and again for as long as a signal interrupts it.
template <typename Call>
auto uninterrupted(Call&& call) noexcept
{
  auto result = call();
  while (result < 0 && errno == EINTR)
  {
    result = call();
  }
  return result;
}

} // namespace fanio::sys

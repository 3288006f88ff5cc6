#pragma once

#include <cerrno>
#include <map>
#include <string_view>
#include <vector>

namespace test {

/// The errors that the manual page of a system call names.
inline const std::vector<int>& errors_of(std::string_view call)
{
  static const std::vector<int> of_open{
      EACCES, EAGAIN,     EBADF, EBUSY,  EDQUOT, EEXIST,  EFAULT,  EFBIG,    EINTR,
      EINVAL, EISDIR,     ELOOP, EMFILE, ENODEV, ENFILE,  ENOENT,  ENOMEM,   ENAMETOOLONG,
      ENOSPC, EOPNOTSUPP, ENXIO, EPERM,  EROFS,  ETXTBSY, ENOTDIR, EOVERFLOW};
  static const std::vector<int> of_write{EAGAIN, EBADF,  EDESTADDRREQ, EDQUOT, EFAULT,
                                         EFBIG,  EINTR,  EINVAL,       EIO,    ENOENT,
                                         ENOSPC, ENOSYS, EPERM,        EPIPE,  EOPNOTSUPP};
  static const std::map<std::string_view, std::vector<int>> all{
      {"bind", {EACCES, EADDRINUSE, EADDRNOTAVAIL, EBADF, EFAULT, EINVAL, ENOTSOCK, EPERM}},
      {"recv",
       {EAGAIN, EBADF, ECONNREFUSED, EFAULT, EINTR, EINVAL, ENOBUFS, ENOMEM, ENOTCONN, ENOTSOCK}},
      {"send",
       {EACCES, EAGAIN, EBADF, ECONNREFUSED, EFAULT, EINTR, EINVAL, EMSGSIZE, ENOBUFS, ENOMEM,
        ENOTCONN, ENOTSOCK, EOPNOTSUPP, EPERM, EPIPE}},
      {"setsockopt", {EBADF, EFAULT, EINVAL, ENOPROTOOPT, ENOTSOCK, EPERM}},
      {"socket", {EACCES, EAFNOSUPPORT, EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPROTONOSUPPORT}},
      {"close", {EBADF, EINTR, EIO, ENOSPC, EDQUOT}},
      {"close_range", {EINVAL, EMFILE, ENOMEM, ENOSYS}},
      {"dup", {EBADF, EINVAL, EMFILE}},
      {"eventfd", {EINVAL, EMFILE, ENFILE, ENODEV, ENOMEM}},
      {"fanotify_init", {EINVAL, EMFILE, ENFILE, ENOMEM, ENOSYS, EPERM}},
      {"fanotify_mark",
       {EACCES, EBADF, EEXIST, EFAULT, EINVAL, EISDIR, ELOOP, ENAMETOOLONG, ENODEV, ENOENT, ENOMEM,
        ENOSPC, ENOSYS, ENOTDIR, EOPNOTSUPP, EPERM, EXDEV}},
      {"fcntl",
       {EACCES, EAGAIN, EBADF, EBUSY, EDEADLK, EFAULT, EINTR, EINVAL, EMFILE, ENOLCK, ENOTDIR,
        EPERM}},
      {"fstat",
       {EACCES, EBADF, EFAULT, EINVAL, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EOVERFLOW}},
      {"fstatfs", {EBADF, EFAULT, EINTR, EIO, ENOSYS, EOVERFLOW}},
      {"getrlimit", {EFAULT, EINVAL, EPERM, ESRCH}},
      {"ioctl", {EBADF, EFAULT, EINVAL, ENOTTY}},
      {"madvise", {EACCES, EAGAIN, EBADF, EINVAL, EIO, ENOMEM, EPERM}},
      {"mmap",
       {EACCES, EAGAIN, EBADF, EEXIST, EINVAL, ENFILE, ENODEV, ENOMEM, EOVERFLOW, EPERM, ETXTBSY}},
      {"munmap", {EINVAL, ENOMEM}},
      {"open", of_open},
      {"openat", of_open},
      {"name_to_handle_at",
       {EACCES, EBADF, EFAULT, EINVAL, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EOPNOTSUPP,
        EOVERFLOW}},
      {"open_by_handle_at",
       {EACCES, EBADF, EFAULT, EINTR, EINVAL, ELOOP, EMFILE, ENFILE, ENOMEM, EPERM, ESTALE}},
      {"pidfd_send_signal", {EBADF, EINVAL, EPERM, ESRCH}},
      {"readlinkat",
       {EACCES, EBADF, EFAULT, EINVAL, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR}},
      {"statfs",
       {EACCES, EFAULT, EINTR, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOSYS, ENOTDIR,
        EOVERFLOW}},
      {"poll", {EFAULT, EINTR, EINVAL, ENOMEM}},
      // fanotify(7) adds what opening the event's file may give.
      {"read",
       {EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, EISDIR, EMFILE, ENFILE, ENOENT, ENOMEM, EACCES,
        EPERM, EROFS, ESTALE, ENXIO, ENODEV, ETXTBSY, EOVERFLOW}},
      {"tgkill", {EAGAIN, EINVAL, EPERM, ESRCH}},
      {"write", of_write},
      {"writev", of_write}};
  return all.at(call);
}

} // namespace test

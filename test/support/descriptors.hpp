#pragma once

#include <stdexcept>

#include <fcntl.h>
#include <sys/eventfd.h>

namespace test {

/// A descriptor for whoever is to close it.
inline int open_something()
{
  const int fd = ::eventfd(0, EFD_CLOEXEC);
  if (fd < 0)
  {
    throw std::runtime_error("eventfd");
  }
  return fd;
}

inline bool is_open(int fd)
{
  return ::fcntl(fd, F_GETFD) >= 0;
}

} // namespace test

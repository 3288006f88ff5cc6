#pragma once

#include <cerrno>
#include <system_error>

namespace fanio::bench {

/// What a system call has returned, or its error as an exception.
inline int check(int result, const char* what)
{
  return result >= 0 ? result : throw std::system_error(errno, std::system_category(), what);
}

} // namespace fanio::bench

#include "sys.hpp"
#include <fanio/unique_fd.hpp>

namespace fanio {

void unique_fd::reset(int fd) noexcept
{
  if (fd_ >= 0)
  {
    sys::close(fd_);
  }
  fd_ = fd;
}

} // namespace fanio

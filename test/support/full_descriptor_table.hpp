#pragma once

#include <fanio/unique_fd.hpp>

#include <vector>

#include <fcntl.h>
#include <sys/resource.h>

namespace test {

/// Takes every descriptor that this process may have, under a limit that is soon reached.
class full_descriptor_table
{
public:
  full_descriptor_table()
  {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{.rlim_cur = 256, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
    for (;;)
    {
      fanio::unique_fd one(::fcntl(0, F_DUPFD_CLOEXEC, 0));
      if (!one)
      {
        break;
      }
      taken_.push_back(std::move(one));
    }
  }

  full_descriptor_table(const full_descriptor_table&) = delete;
  full_descriptor_table& operator=(const full_descriptor_table&) = delete;

  ~full_descriptor_table() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  /// Makes one free.
  void free_one() { taken_.pop_back(); }

private:
  rlimit before_{};
  std::vector<fanio::unique_fd> taken_;
};

} // namespace test

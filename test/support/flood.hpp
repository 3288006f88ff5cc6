#pragma once

#include <fanio/probe.hpp>

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace test {

/// How many events the queue of a group holds, unless it is unlimited.
inline std::size_t queue_limit()
{
  return fanio::probe().limits.max_queued_events.value();
}

/// Makes and opens so many files, each a thing of its own, so that their events do not merge.
/// Returns the last.
inline std::filesystem::path open_many(const std::filesystem::path& directory, std::size_t count)
{
  std::filesystem::path file;
  for (std::size_t i = 0; i < count; ++i)
  {
    file = directory / ("flood" + std::to_string(i));
    const int fd = ::open(file.c_str(), O_CREAT | O_RDONLY | O_CLOEXEC, 0644);
    if (fd < 0)
    {
      throw std::runtime_error("open: " + file.string());
    }
    ::close(fd);
  }
  return file;
}

} // namespace test

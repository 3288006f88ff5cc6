#pragma once

#include <fanio/event_mask.hpp>
#include <fanio/file_handle.hpp>
#include <fanio/init_flags.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace fanio::bench {

/// What one read of a group of some kind may bring.
struct synthetic_events
{
  init_flags group{};
  std::vector<std::byte> bytes;
  std::size_t count = 0;
};

/// The events of one read into the default buffer, each of another object.
[[nodiscard]] synthetic_events events_with_fd();
[[nodiscard]] synthetic_events events_with_fd_and_pidfd();
[[nodiscard]] synthetic_events permission_events();
[[nodiscard]] synthetic_events events_with_fid();
[[nodiscard]] synthetic_events events_with_names();
[[nodiscard]] synthetic_events renames();

/// Events with names, `run` of each directory in a row, of `directories` in turn.
[[nodiscard]] synthetic_events events_in_directories(std::size_t count, std::size_t directories,
                                                     std::size_t run);

/// A handle as ext4 makes them, of the directory with this number.
[[nodiscard]] file_handle directory_handle(std::size_t number);

/// "directory42"
[[nodiscard]] std::string directory_name(std::size_t number);

} // namespace fanio::bench

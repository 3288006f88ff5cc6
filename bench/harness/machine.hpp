#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace fanio::bench {

/// Where a run was made, and how.
struct machine
{
  std::string kernel;
  std::string cpu;
  std::size_t cores = 0;    ///< That this process may run on.
  std::uint64_t memory = 0; ///< In bytes.
  std::string compiler;
  std::string boost;
  std::string fanio;
  std::string date;    ///< When it began: "2026-03-01T12:00:00Z"
  std::string command; ///< As the user has called it.
  bool quick = false;
  std::size_t rounds = 0;
  std::map<std::string, std::int64_t> limits; ///< Of fanotify and inotify: "max_user_groups"
};

/// This one, now.
[[nodiscard]] machine this_machine();

} // namespace fanio::bench

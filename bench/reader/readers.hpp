#pragma once

#include "read_forever.hpp"

#include <string>

namespace fanio::bench {

/// What each of the readers is told. "ready" is the first line it writes, or what failed; then it
/// reads until it is killed, and tells on its board what: see raw/live_board.h.
struct storm_settings
{
  std::string root;
  std::string changes; ///< "opens": of files, too; "names": of directory entries only.
  std::string board;
  bool finds_paths = true; ///< If not, a name's length stands for that of the path.
  reading_settings how;
};

struct probe_settings
{
  std::string directory;
  std::string board;
  reading_settings how;
};

/// Marks the filesystem of the root, and counts what comes.
void read_storm(const storm_settings& settings);

/// Marks a directory, and notes when it has each event of an open.
void probe_delay(const probe_settings& settings);

/// To who has started this program.
void say_ready();

} // namespace fanio::bench

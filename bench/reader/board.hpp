#pragma once

#include "raw/live_board.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace fanio::bench {

/// For the rest of the program's life. *Errors*: throws std::system_error.
[[nodiscard]] inline live_board& map_board(const std::string& path)
{
  auto* const board = live_board_map(path.c_str());
  return board != nullptr ? *board : throw std::system_error(errno, std::system_category(), path);
}

} // namespace fanio::bench

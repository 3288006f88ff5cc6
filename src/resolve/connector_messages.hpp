#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <span>

#include <sys/types.h>

namespace fanio::resolve {

/// The messages of the process connector: linux/connector.h, linux/cn_proc.h. Pure.

/// What asks for all messages: PROC_CN_MCAST_LISTEN.
inline constexpr std::size_t listen_message_size = 40;
[[nodiscard]] std::array<std::byte, listen_message_size> listen_message() noexcept;

/// What a datagram tells.
struct connector_news
{
  bool is_acknowledged = false;
  int error = 0; ///< Of the acknowledgement.
  std::chrono::steady_clock::time_point acknowledged_at;
};

/// Calls `started` with the pid of each process, not thread, that was forked or has executed, and
/// when.
connector_news
parse_connector(std::span<const std::byte> datagram,
                const std::function<void(pid_t, std::chrono::steady_clock::time_point)>& started);

} // namespace fanio::resolve

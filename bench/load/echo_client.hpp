#pragma once

#include "../harness/process.hpp"
#include "../harness/statistics.hpp"
#include <fanio/unique_fd.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace fanio::bench {

/// Bytes of a message. Either side writes it whole.
inline constexpr std::size_t echo_bytes = 64;

/// What the client's process shares with who has made it.
struct echo_record
{
  std::atomic<bool> has_begun = false; ///< A message has come back, whether it was counted or not.
  std::atomic<bool> is_counting = false;
  std::atomic<std::uint64_t> echoes = 0; ///< That came back while it was counting.
  std::atomic<std::uint64_t> wrong = 0;  ///< Of all: not what was sent.
  time_histogram waits;                  ///< From the sending of each to its coming back.
};

/// A process that sends messages through many sockets and waits for their echoes. It keeps a
/// number of them under way: when one is back, the next is sent through the socket that was idle
/// for the longest time.
class echo_client
{
public:
  /// Makes the sockets and the process, which begins at once. *Errors*: throws std::system_error;
  /// EMFILE if there are too few descriptors for two ends of each socket.
  echo_client(std::size_t sockets, std::size_t under_way, int core);

  echo_client(const echo_client&) = delete;
  echo_client& operator=(const echo_client&) = delete;
  ~echo_client() = default;

  /// The other ends of the sockets: whoever has them echoes. Gives them once.
  [[nodiscard]] std::vector<unique_fd> take_server_ends() noexcept;

  /// Whether any message has come back yet: the process may be slow to start.
  [[nodiscard]] bool has_begun() const noexcept;

  void start_counting() noexcept;

  /// The messages that come back later are not counted, but may be told until `end`.
  void stop_counting() noexcept;

  /// How many came back so far while it was counting.
  [[nodiscard]] std::uint64_t echoes() const noexcept;

  /// Ends the process; then nothing changes any more.
  const echo_record& end();

private:
  struct unmap
  {
    void operator()(echo_record* record) const noexcept;
  };

  std::unique_ptr<echo_record, unmap> record_;
  std::vector<unique_fd> server_ends_;
  std::optional<process> process_;
};

} // namespace fanio::bench

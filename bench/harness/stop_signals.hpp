#pragma once

#include <fanio/unique_fd.hpp>

#include <optional>

namespace fanio::bench {

/// The signals that ask a program to end: SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE. From here on
/// they end nothing by themselves. Those that are ignored (nohup) stay so.
class stop_signals
{
public:
  /// *Errors*: throws std::system_error.
  stop_signals();

  /// Readable when there is one.
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

  /// The first that has come.
  [[nodiscard]] std::optional<int> arrived();

private:
  unique_fd fd_;
  std::optional<int> first_;
};

} // namespace fanio::bench

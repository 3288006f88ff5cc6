#pragma once

#include <fanio/basic_fanotify_handle.hpp>
#include <fanio/event_buffer.hpp>
#include <fanio/event_range.hpp>
#include <fanio/read_options.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>
#include <tuple>

namespace fanio::tool {

/// Reads a group until it is told to finish: then what is queued, and no more. What happened before
/// a user ended a program is told, also where it lingers.
class queue_reader
{
public:
  queue_reader(fanotify_handle& group, std::size_t buffer_bytes, read_options options)
      : group_(group),
        options_(options),
        buffer_(buffer_bytes)
  {}

  /// As `async_read_events`; `operation_aborted` at the end. The events are usable until the next
  /// one, or `clear`.
  [[nodiscard]] asio::awaitable<std::tuple<error_code, event_range>> read();

  void clear() noexcept { buffer_.clear(); }

  /// Of one thread with `read`.
  void finish();

private:
  [[nodiscard]] std::tuple<error_code, event_range> read_rest();

  fanotify_handle& group_;
  read_options options_;
  event_buffer buffer_;
  std::optional<std::size_t> rest_; ///< How many events to read yet, once it is to finish.
};

} // namespace fanio::tool

#pragma once

#include <fanio/detail/config.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <string_view>
#include <utility>

namespace fanio::tool {

/// Standard output, as a thing to wait for: a reader that is slow, or gone, holds up nobody.
///
/// Waiting needs O_NONBLOCK, and that is a property of the open file, which the shell and other
/// programs share. So a pipe or a terminal is opened once more. What can't be (a file, which never
/// blocks; a socket; a pipe of another user's) is written as it is.
class output
{
public:
  explicit output(const asio::any_io_executor& executor);

  /// Whether nobody reads any more. Told at the start only; `async_wait_for_end` tells it later.
  [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }

  /// Calls `handler(error_code)` when nobody reads any more; never, where that can't be waited for.
  template <typename Handler>
  void async_wait_for_end(Handler&& handler)
  {
    if (can_wait_)
    {
      stream_.async_wait(asio::posix::stream_descriptor::wait_error,
                         std::forward<Handler>(handler));
    }
  }

  /// Writes all of `text`, in one call where there is room. *Errors*: `broken_pipe` when nobody
  /// reads any more; `interrupted` by a signal; `operation_aborted` by `close`.
  [[nodiscard]] asio::awaitable<error_code> write(std::string_view text);

  void close();

private:
  asio::posix::stream_descriptor stream_;
  bool can_wait_ = false;
  bool has_ended_ = false;
};

} // namespace fanio::tool

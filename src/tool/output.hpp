#pragma once

#include <fanio/detail/config.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace fanio::tool {

/// Standard output, as a thing to wait for: a reader that is slow, or gone, holds up nobody. Or a
/// file instead.
///
/// Waiting needs O_NONBLOCK, and that is a property of the open file, which the shell and other
/// programs share. So a pipe or a terminal is opened once more. What can't be (a file, which never
/// blocks; a socket; a pipe of another user's) is written as it is.
class output
{
public:
  explicit output(const asio::any_io_executor& executor);

  /// A new file in its stead. *Errors*: throws `std::runtime_error`: where there is one already, it
  /// is left alone.
  output(const asio::any_io_executor& executor, const std::string& new_file);

  /// What to call it where something fails.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  [[nodiscard]] bool is_terminal() const noexcept { return is_terminal_; }

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
  /// reads any more; `interrupted` by a signal; `operation_aborted` by `cancel`.
  [[nodiscard]] asio::awaitable<error_code> write(std::string_view text);

  /// How many bytes `write` has written in all: whether its reader goes on reading.
  [[nodiscard]] std::uint64_t written() const noexcept { return written_; }

  /// Ends what is outstanding.
  void cancel();

  /// Writes without waiting for anything else meanwhile.
  void write_last(std::string_view text, error_code& ec);

  /// *Errors*: what a filesystem that writes later could not write.
  void close(error_code& ec);

private:
  std::string name_ = "standard output";
  asio::posix::stream_descriptor stream_;
  std::uint64_t written_ = 0;
  bool can_wait_ = false;
  bool is_terminal_ = false;
  bool has_ended_ = false;
};

} // namespace fanio::tool

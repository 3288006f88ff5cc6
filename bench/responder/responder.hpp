#pragma once

#include <fanio/basic_fanotify_handle.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace fanio::bench {

/// Without type erasure: nothing else runs on this context.
using executor = asio::io_context::executor_type;
using group = basic_fanotify_handle<executor>;

/// The command line of every responder: PROGRAM [OPTION...] PATH.
struct responder_settings
{
  std::string path;                      ///< What is on its mount is asked for.
  std::optional<mark_flags> ignore;      ///< --keep, --keep-evictable: asks once for each object.
  std::chrono::microseconds busy_poll{}; ///< --busy-poll MICROSECONDS

  /// *Errors*: throws std::invalid_argument.
  [[nodiscard]] static responder_settings of(int argc, char** argv);
};

/// What the responders share: a group that asks for each opening on a mount, one buffer, and a
/// signal that ends it. How the next events are awaited, and in how many system calls they are
/// answered, is what they differ in. It does the same as bench/raw/respond.c.
class responder
{
public:
  /// Opens the group and marks the mount. *Errors*: throws std::system_error.
  explicit responder(const responder_settings& settings);

  /// Waits for requests.
  template <typename Token>
  auto async_read(Token&& token)
  {
    return group_.async_read_events(buffer_, {.busy_poll = settings_.busy_poll},
                                    std::forward<Token>(token));
  }

  /// Allows each, with a system call of its own.
  void allow_each(event_range requests);

  /// Allows all by one system call.
  void allow_all(event_range requests);

  [[nodiscard]] executor get_executor() noexcept { return context_.get_executor(); }

  /// Runs until SIGTERM. Returns how many were answered.
  std::uint64_t run();

private:
  void keep(const event_view& request);

  responder_settings settings_;
  asio::io_context context_{1};
  asio::signal_set end_{context_, SIGTERM};
  event_buffer buffer_;
  group group_{context_, {.flags = init_flags::class_content}};
  std::uint64_t answered_ = 0;
};

/// The main function of a responder: says "ready", lets `start` begin to read, runs, and says
/// "answered N". Returns the exit status.
int respond(int argc, char** argv, const std::function<void(responder&)>& start);

} // namespace fanio::bench

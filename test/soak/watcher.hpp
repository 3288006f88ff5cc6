#pragma once

#include "workers.hpp"
#include <fanio/basic_fanotify_handle.hpp>
#include <fanio/probe.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace soak {

namespace asio = boost::asio;

/// A notification group of names on a filesystem. It knows which files the workers make, so it
/// notices what it was not told, and that must have been announced by an overflow.
class watcher
{
public:
  watcher(asio::io_context& context, std::filesystem::path mount, const workers& all)
      : context_(context),
        mount_(std::move(mount)),
        workers_(all),
        group_(context)
  {}

  /// Until `end`.
  asio::awaitable<void> run();

  void cancel();
  void reopen();

  /// Reads nothing until its queue is full.
  void pause() { pauses_ = true; }

  void end() { ends_ = true; }

  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }

  [[nodiscard]] std::uint64_t overflows() const noexcept { return overflows_; }

  [[nodiscard]] std::uint64_t missed() const noexcept { return missed_; }

  [[nodiscard]] std::uint64_t unannounced() const noexcept { return unannounced_; }

  [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }

private:
  /// The last file that one worker is known to have made, and how many gaps there were by then.
  struct progress
  {
    std::uint32_t last = 0;
    std::uint64_t gaps = 0;
  };

  void open();
  void look_at(const fanio::event_view& e);
  void note(std::size_t worker, std::uint32_t number);

  asio::io_context& context_;
  std::filesystem::path mount_;
  const workers& workers_;
  fanio::fanotify_handle group_;
  std::size_t most_queued_ = fanio::probe().limits.max_queued_events.value_or(16384);
  std::array<progress, workers::count> seen_{};
  std::uint64_t gaps_ = 0; // overflows, and times without a group
  std::size_t left_in_buffer_ = 0;
  std::size_t covered_ = 0; // events that an overflow before them has announced gaps between
  std::uint64_t events_ = 0;
  std::uint64_t overflows_ = 0;
  std::uint64_t missed_ = 0;
  std::uint64_t unannounced_ = 0;
  std::uint64_t failures_ = 0;
  bool pauses_ = false;
  bool ends_ = false;
};

} // namespace soak

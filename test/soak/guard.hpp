#pragma once

#include <fanio/basic_fanotify_handle.hpp>
#include <fanio/event.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <filesystem>
#include <random>
#include <vector>

namespace soak {

namespace asio = boost::asio;

/// What has become of the requests that a guard has read. All of them together are the requests.
struct ledger
{
  std::uint64_t requests = 0;
  std::uint64_t answered = 0;  ///< By `respond` and `async_respond`.
  std::uint64_t defaulted = 0; ///< Left to their buffer.
  std::uint64_t gone = 0;      ///< Whose asker was killed meanwhile.
  std::uint64_t at_close = 0;  ///< Whose group was closed meanwhile.
  std::uint64_t failures = 0;  ///< What should not happen.

  [[nodiscard]] bool balances() const noexcept
  {
    return failures == 0 && requests == answered + defaulted + gone + at_close;
  }
};

/// A permission group on everything below a mount. It answers in every way there is, chosen at
/// random, and mostly lets pass.
class guard
{
public:
  guard(asio::io_context& context, std::filesystem::path mount, unsigned seed)
      : context_(context),
        mount_(std::move(mount)),
        group_(context),
        random_(seed)
  {}

  /// Until `end`.
  asio::awaitable<void> run();

  /// Cancels what is outstanding; it is begun anew.
  void cancel();

  /// Closes the group; another is opened.
  void reopen();

  void end();

  [[nodiscard]] const ledger& book() const noexcept { return book_; }

  [[nodiscard]] std::uint64_t cancellations() const noexcept { return cancellations_; }

  [[nodiscard]] std::uint64_t groups() const noexcept { return groups_; }

private:
  asio::awaitable<void> serve();
  void handle(fanio::event_range events);
  asio::awaitable<void> answer_later(std::vector<fanio::event> events);
  void settle(const fanio::error_code& ec);
  [[nodiscard]] fanio::response any_verdict();

  asio::io_context& context_;
  std::filesystem::path mount_;
  fanio::fanotify_handle group_;
  std::mt19937 random_;
  ledger book_;
  std::uint64_t cancellations_ = 0;
  std::uint64_t groups_ = 0;
  bool ends_ = false;
};

} // namespace soak

#pragma once

#include <fanio/detail/config.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace fanio::tool {

/// Whose turn it is to write, of the coroutines of one thread.
class turn
{
public:
  explicit turn(const asio::any_io_executor& executor) : given_back_(executor) {}

  /// Gives the turn back at the end of its life.
  class taken
  {
  public:
    explicit taken(turn& of) noexcept : of_(&of) {}

    taken(taken&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}

    taken& operator=(taken&&) = delete;

    // What cancelling throws is want of memory, which may well end the program.
    // NOLINTNEXTLINE(bugprone-exception-escape)
    ~taken()
    {
      if (of_ != nullptr)
      {
        of_->is_taken_ = false;
        of_->given_back_.cancel();
      }
    }

  private:
    turn* of_;
  };

  [[nodiscard]] asio::awaitable<taken> take()
  {
    while (is_taken_)
    {
      given_back_.expires_at(asio::steady_timer::time_point::max());
      co_await given_back_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    is_taken_ = true;
    co_return taken(*this);
  }

private:
  asio::steady_timer given_back_;
  bool is_taken_ = false;
};

} // namespace fanio::tool

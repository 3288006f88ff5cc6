#pragma once

#include <fanio/detail/group_state.hpp>
#include <fanio/error.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/wait_traits.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <unistd.h>

namespace fanio::detail {

/// What an Asio function throws, as an error_code.
///
/// Of Asio's functions only the throwing forms are called: those with an error_code return it, or
/// nothing with BOOST_ASIO_NO_DEPRECATED, under one symbol. The library is compiled with that
/// macro and programs mostly without; unoptimised they would share one function, and crash.
template <typename Action>
[[nodiscard]] error_code error_of(Action action)
{
  try
  {
    action();
    return {};
  }
  catch (const boost::system::system_error& e)
  {
    return e.code();
  }
}

/// An open group with its reactor: what a handle shares with its outstanding operations.
///
/// The handle empties `stream` when it closes or dies, so the descriptor goes with the handle, and
/// a completion that runs later finds it gone. The object itself stays where it is while a handle
/// moves: Asio's cancellation keeps its address.
template <typename Executor>
class group : public group_state
{
public:
  using clock = std::chrono::steady_clock;
  using stream_type = asio::posix::basic_stream_descriptor<Executor>;
  using timer_type = asio::basic_waitable_timer<clock, asio::wait_traits<clock>, Executor>;

  using group_state::group_state;

  /// Makes the objects of the reactor, and puts the group into it. From then on the descriptor is
  /// owned, unless this fails.
  [[nodiscard]] error_code enter_reactor(const Executor& executor)
  {
    // The first object of a context makes its reactor, which takes descriptors.
    const auto ec = error_of(
        [&]
        {
          stream_.emplace(executor);
          stream_->assign(fd());
        });
    if (ec)
    {
      stream_.reset();
    }
    // epoll_ctl(2)
    return ec == boost::system::errc::file_exists ? error_code(errc::descriptor_in_use) : ec;
  }

  [[nodiscard]] bool is_open() const noexcept { return stream_.has_value(); }

  /// Ends outstanding operations: those that wait by Asio, and those that have been woken, or were
  /// posted, and have not come to their turn yet, by the number of cancellations.
  [[nodiscard]] error_code cancel()
  {
    cancellations_.fetch_add(1, std::memory_order_relaxed);
    return error_of(
        [this]
        {
          cancel_timers();
          if (stream_->is_open())
          {
            stream_->cancel();
          }
        });
  }

  /// How often operations were cancelled: an operation ends if that changes.
  [[nodiscard]] std::size_t cancellations() const noexcept
  {
    return cancellations_.load(std::memory_order_relaxed);
  }

  /// Ends outstanding operations and gives the descriptor up.
  [[nodiscard]] int release()
  {
    cancel_timers();
    if (stream_->is_open())
    {
      static_cast<void>(stream_->release());
    }
    forget();
    return fd();
  }

  /// Ends outstanding operations and closes.
  [[nodiscard]] error_code close()
  {
    cancel_timers();
    const auto ec = error_of([this] { stream_->is_open() ? stream_->close() : close_unwatched(); });
    forget();
    return ec;
  }

  /// Waits in the reactor: `void(error_code)`. `has_waited` must be called by the handler.
  template <typename Handler>
  void async_wait(Handler&& handler)
  {
    waiting_.fetch_add(1, std::memory_order_relaxed);
    stream_->async_wait(asio::posix::descriptor_base::wait_read, std::forward<Handler>(handler));
  }

  void has_waited() noexcept { waiting_.fetch_sub(1, std::memory_order_relaxed); }

  /// Sees to it that the reactor knows the group, which has to come before `async_wait`.
  [[nodiscard]] error_code watch()
  {
    return stream_->is_open() ? error_code() : error_of([this] { stream_->assign(fd()); });
  }

  /// A timer that nobody else waits for, until `has_lingered`. There are as many as operations have
  /// lingered at once. *Errors*: throws `std::bad_alloc`.
  [[nodiscard]] std::size_t take_timer()
  {
    for (std::size_t i = 0; i < timers_.size(); ++i)
    {
      if (!timers_[i]->is_taken.exchange(true, std::memory_order_relaxed))
      {
        return i;
      }
    }
    timers_.push_back(std::make_unique<linger_timer>(stream_->get_executor()));
    return timers_.size() - 1;
  }

  /// Waits, out of the reactor: `void(error_code)`. `has_lingered` must be called by the handler.
  ///
  /// Each event of a descriptor in the reactor wakes it, also while nobody waits for any (epoll(7),
  /// EPOLLET). Only where another operation waits the group stays there.
  template <typename Handler>
  void async_linger(std::size_t timer, clock::duration time, Handler&& handler)
  {
    if (waiting_.load(std::memory_order_relaxed) == 0 && stream_->is_open())
    {
      static_cast<void>(stream_->release());
    }
    auto& waiting = timers_[timer]->timer;
    waiting.expires_after(time);
    waiting.async_wait(std::forward<Handler>(handler));
  }

  void has_lingered(std::size_t timer) noexcept
  {
    if (timer < timers_.size()) // none are left of a group that was closed
    {
      timers_[timer]->is_taken.store(false, std::memory_order_relaxed);
    }
  }

  /// How many events the last read brought whose operation may linger.
  void note_read(std::size_t events) noexcept
  {
    last_read_.store(events, std::memory_order_relaxed);
  }

  /// Whether events come so fast that the next read need not be woken: each time is told once.
  [[nodiscard]] bool take_haste() noexcept
  {
    constexpr std::size_t many = 4;
    return last_read_.exchange(0, std::memory_order_relaxed) >= many;
  }

private:
  struct linger_timer
  {
    explicit linger_timer(const Executor& executor) : timer(executor) {}

    timer_type timer;
    std::atomic<bool> is_taken = true;
  };

  void cancel_timers()
  {
    for (const auto& t : timers_)
    {
      t->timer.cancel();
    }
  }

  void close_unwatched()
  {
    if (::close(fd()) != 0)
    {
      throw boost::system::system_error(errno, boost::system::system_category());
    }
  }

  /// Nothing of the execution context may be left when the handle has gone.
  void forget() noexcept
  {
    timers_.clear();
    stream_.reset();
  }

  std::optional<stream_type> stream_;                 // empty: closed
  std::vector<std::unique_ptr<linger_timer>> timers_; // where they are, while they are waited for
  std::atomic<std::size_t> waiting_ = 0;
  std::atomic<std::size_t> last_read_ = 0;
  std::atomic<std::size_t> cancellations_ = 0;
};

} // namespace fanio::detail

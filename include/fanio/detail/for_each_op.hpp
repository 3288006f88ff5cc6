#pragma once

#include <fanio/basic_fanotify_handle.hpp>
#include <fanio/error.hpp>

#include <boost/asio/append.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace fanio {

/// How a stream reads.
struct for_each_options
{
  std::size_t buffer_bytes = event_buffer::default_bytes; ///< See `event_buffer`.

  /// Events until the rest of the context gets a turn. Until then a stream whose reads fill its
  /// buffer reads on without waiting in the reactor.
  std::size_t events_per_turn = 64;

  read_options reading{}; ///< When its reads are made.
};

namespace detail {

template <typename T>
inline constexpr bool is_awaitable = false;

template <typename T, typename Executor>
inline constexpr bool is_awaitable<asio::awaitable<T, Executor>> = true;

/// The stream form, on the public operations of a handle.
template <typename Executor, typename Function>
class for_each_op
{
  using result_type = std::invoke_result_t<Function&, event_view>;
  static_assert(std::is_void_v<result_type> || std::convertible_to<result_type, bool> ||
                    is_awaitable<result_type>,
                "the function of a stream gives nothing, a bool, or an awaitable of one of them");

  struct next_turn
  {};

  /// What stays where it is while this object moves from step to step: a coroutine refers to the
  /// function object that it was made by, and an outstanding read to its buffer.
  struct fixed
  {
    fixed(Function&& f, event_buffer&& b) : function(std::move(f)), buffer(std::move(b)) {}

    Function function;
    event_buffer buffer;
  };

public:
  for_each_op(basic_fanotify_handle<Executor>& group, Function function,
              const for_each_options& options)
      : group_(&group),
        fixed_(std::make_unique<fixed>(std::move(function), event_buffer(options.buffer_bytes))),
        reading_(options.reading),
        events_per_turn_(std::max<std::size_t>(options.events_per_turn, 1))
  {}

  /// The start.
  template <typename Self>
  void operator()(Self& self)
  {
    self.reset_cancellation_state(asio::enable_total_cancellation());
    cancellations_ = group_->cancellations();
    read(self);
  }

  /// A read has ended.
  template <typename Self>
  void operator()(Self& self, error_code ec, event_range events)
  {
    handled_ = 0;
    if (accept(self, ec, events))
    {
      hand_over(self);
    }
  }

  /// The others had their turn.
  template <typename Self>
  void operator()(Self& self, next_turn)
  {
    handled_ = 0;
    hand_over(self);
  }

  /// The coroutine of an event has ended.
  template <typename Self>
  void operator()(Self& self, std::exception_ptr thrown, bool go_on = true)
  {
    if (thrown || !go_on)
    {
      return self.complete(thrown);
    }
    hand_over(self);
  }

private:
  /// Also by the handle, or with its group, while this waits for nothing that the handle knows of.
  template <typename Self>
  [[nodiscard]] bool is_cancelled(Self& self) const
  {
    return self.cancelled() != asio::cancellation_type::none ||
           group_->cancellations() != cancellations_;
  }

  template <typename Self>
  static void fail(Self& self, const error_code& ec)
  {
    self.complete(
        std::make_exception_ptr(boost::system::system_error(ec, "fanio::async_for_each")));
  }

  template <typename Self>
  void read(Self& self)
  {
    auto& buffer = fixed_->buffer; // this object moves away with `self`
    const auto reading = reading_;
    group_->async_read_events(buffer, reading, std::move(self));
  }

  /// Takes what a read has brought. False if there is nothing to hand over, and all is done.
  template <typename Self>
  [[nodiscard]] bool accept(Self& self, error_code ec, const event_range& events)
  {
    if constexpr (std::invocable<Function&, error_code>)
    {
      if (ec && ec.category() == lost_event_category())
      {
        report_loss(self, ec);
        return false;
      }
    }
    if (ec)
    {
      fail(self, ec);
      return false;
    }
    next_ = events.begin();
    end_ = events.end();
    // As the handle takes it, which keeps that to itself.
    const auto capacity = fixed_->buffer.capacity();
    const auto room = std::min(event_buffer::max_event_bytes, capacity / 4);
    was_full_ = events.bytes().size() + room > capacity;
    return true;
  }

  template <typename Self>
  void hand_over(Self& self)
  {
    do
    {
      for (; next_ != end_; ++handled_)
      {
        if (is_cancelled(self))
        {
          return fail(self, asio::error::operation_aborted);
        }
        if (handled_ >= events_per_turn_)
        {
          const auto executor = self.get_io_executor();
          return asio::post(executor, asio::append(std::move(self), next_turn()));
        }
        const event_view e = *next_++;
        if constexpr (is_awaitable<result_type>)
        {
          ++handled_;
          return spawn(self, e);
        }
        else if (!call(self, e))
        {
          return;
        }
      }
    }
    while (reads_on(self));
  }

  /// All of a read was handed over. Where it has filled the buffer there will be more, which is
  /// fetched without a way through the reactor as long as this turn lasts: true. Else false, and
  /// the stream goes on, or has ended, by itself.
  template <typename Self>
  [[nodiscard]] bool reads_on(Self& self)
  {
    if (is_cancelled(self))
    {
      fail(self, asio::error::operation_aborted);
      return false;
    }
    if (was_full_ && handled_ < events_per_turn_)
    {
      error_code ec;
      const auto events = group_->try_read_events(fixed_->buffer, ec);
      if (ec != asio::error::would_block)
      {
        return accept(self, ec, events);
      }
    }
    read(self);
    return false;
  }

  /// False if the stream has ended.
  template <typename Self>
  [[nodiscard]] bool call(Self& self, const event_view& e)
  {
    bool go_on = true;
    const auto thrown = try_to(
        [&]
        {
          if constexpr (std::is_void_v<result_type>)
          {
            std::invoke(fixed_->function, e);
          }
          else
          {
            go_on = std::invoke(fixed_->function, e);
          }
        });
    if (thrown || !go_on)
    {
      self.complete(thrown);
      return false;
    }
    return true;
  }

  template <typename Self>
  void spawn(Self& self, const event_view& e)
  {
    std::optional<result_type> coroutine;
    if (const auto thrown = try_to([&] { coroutine.emplace(std::invoke(fixed_->function, e)); }))
    {
      return self.complete(thrown);
    }
    const auto executor = self.get_executor();
    asio::co_spawn(executor, std::move(*coroutine), std::move(self));
  }

  template <typename Self>
  void report_loss(Self& self, const error_code& lost)
  {
    if (const auto thrown = try_to([&] { std::invoke(fixed_->function, lost); }))
    {
      return self.complete(thrown);
    }
    is_cancelled(self) ? fail(self, asio::error::operation_aborted) : read(self);
  }

  /// What the action throws.
  template <typename Action>
  [[nodiscard]] static std::exception_ptr try_to(Action action) noexcept
  {
    try
    {
      action();
      return nullptr;
    }
    catch (...)
    {
      return std::current_exception();
    }
  }

  basic_fanotify_handle<Executor>* group_;
  std::unique_ptr<fixed> fixed_;
  event_range::iterator next_;
  event_range::iterator end_;
  bool was_full_ = false; // the last read
  read_options reading_;
  std::size_t events_per_turn_;
  std::size_t handled_ = 0;       // in this turn
  std::size_t cancellations_ = 0; // of the handle, at the start
};

} // namespace detail

} // namespace fanio

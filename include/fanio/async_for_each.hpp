#pragma once

#include <fanio/basic_fanotify_handle.hpp>
#include <fanio/detail/for_each_op.hpp>

#include <cstddef>
#include <exception>
#include <utility>

namespace fanio {

/// Reads events until it is cancelled or fails, and hands each to `function`: the stream form, for
/// those who want events and not buffers.
///
/// `function(event_view)` gives
/// - nothing: the stream goes on;
/// - `bool`: false ends the stream, without an error;
/// - `asio::awaitable<void>` or `asio::awaitable<bool>`: a coroutine, which is awaited before the
///   next event. It runs on the handler's associated executor.
///
/// The view is valid until the function, or its coroutine, has ended; `take` keeps the event
/// longer.
///
/// *Fairness*: after `events_per_turn` events the rest of the execution context gets a turn.
///
/// *Completion signature*: `void(std::exception_ptr)`: a coroutine that awaits it gets an
/// exception. Null if the function gave false; else what the function threw, or a
/// `boost::system::system_error` with what a read failed with: as `async_read_events`, and
/// `operation_aborted` after a cancellation.
///
/// A read that says that an event was lost (`lost_event_category`) does not end the stream if the
/// function can also be called with an `error_code`: it then is.
///
/// However it ends, the events that were read and not handed over are dropped: requests among them
/// get the group's default verdict.
///
/// *Cancellation*: `terminal`, `partial`, `total`. It reaches a coroutine that is awaited. `cancel`
/// of the handle and closing it end the stream in the same way, before the next event.
///
/// *Lifetime*: `group` must stay alive, and where it is, until the completion.
///
/// *Example*:
/// ```
/// const auto print = [](event_view e) { std::cout << to_string(e.mask()) << '\n'; };
/// co_await fanio::async_for_each(group, print);
/// ```
template <
    typename Executor, typename Function,
    asio::completion_token_for<void(std::exception_ptr)> Token = detail::default_token<Executor>>
auto async_for_each(basic_fanotify_handle<Executor>& group, Function function,
                    const for_each_options& options, Token&& token = Token())
{
  return asio::async_compose<Token, void(std::exception_ptr)>(
      detail::for_each_op<Executor, Function>(group, std::move(function), options), token,
      group.get_executor());
}

/// The same with the default options.
template <
    typename Executor, typename Function,
    asio::completion_token_for<void(std::exception_ptr)> Token = detail::default_token<Executor>>
auto async_for_each(basic_fanotify_handle<Executor>& group, Function function,
                    Token&& token = Token())
{
  return async_for_each(group, std::move(function), for_each_options(), std::forward<Token>(token));
}

} // namespace fanio

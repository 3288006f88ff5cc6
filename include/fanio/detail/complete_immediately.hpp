#pragma once

#include <fanio/detail/config.hpp>

#include <boost/asio/append.hpp>
#include <boost/asio/version.hpp> // before BOOST_ASIO_VERSION is tested

#if BOOST_ASIO_VERSION >= 102800
#include <boost/asio/associated_immediate_executor.hpp>
#include <boost/asio/dispatch.hpp>
#else
#include <boost/asio/post.hpp>
#endif

#include <utility>

namespace fanio::detail {

/// Completes an operation that was done in its initiating function: never from inside it, unless
/// the handler has an immediate executor that says otherwise (Boost 1.82). `append` keeps the
/// handler's associated executor, allocator and cancellation slot.
template <typename Executor, typename Handler, typename... Results>
void complete_immediately(const Executor& executor, Handler&& handler, Results... results)
{
#if BOOST_ASIO_VERSION >= 102800
  const auto immediate = asio::get_associated_immediate_executor(handler, executor);
  asio::dispatch(immediate, asio::append(std::forward<Handler>(handler), std::move(results)...));
#else
  asio::post(executor, asio::append(std::forward<Handler>(handler), std::move(results)...));
#endif
}

} // namespace fanio::detail

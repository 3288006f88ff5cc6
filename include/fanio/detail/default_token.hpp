#pragma once

#include <fanio/detail/config.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <type_traits>

namespace fanio::detail {

/// The default completion token of an executor. Before Boost 1.86 an executor without one has
/// `void`; `deferred`, the default since, is then meant, so that `co_await` needs no token.
template <typename Executor>
using default_token =
    std::conditional_t<std::is_void_v<typename asio::default_completion_token<Executor>::type>,
                       asio::deferred_t, typename asio::default_completion_token<Executor>::type>;

} // namespace fanio::detail

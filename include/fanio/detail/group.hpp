#pragma once

#include <fanio/detail/group_state.hpp>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <optional>

namespace fanio::detail {

/// An open group with its reactor: what a handle shares with its outstanding operations.
///
/// The handle empties `stream` when it closes or dies, so the descriptor goes with the handle, and
/// a completion that runs later finds it gone. The object itself stays where it is while a handle
/// moves: Asio's cancellation keeps its address.
template <typename Executor>
struct group : group_state
{
  using stream_type = asio::posix::basic_stream_descriptor<Executor>;

  using group_state::group_state;

  std::optional<stream_type> stream;
};

} // namespace fanio::detail

#include "queue_reader.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace fanio::tool {

asio::awaitable<std::tuple<error_code, event_range>> queue_reader::read()
{
  if (!rest_)
  {
    auto result =
        co_await group_.async_read_events(buffer_, options_, asio::as_tuple(asio::use_awaitable));
    if (std::get<0>(result) != asio::error::operation_aborted || !rest_)
    {
      co_return result;
    }
  }
  co_await asio::post(asio::use_awaitable); // who asks to end it at once has a turn
  co_return read_rest();
}

std::tuple<error_code, event_range> queue_reader::read_rest()
{
  error_code ec = asio::error::operation_aborted;
  event_range events;
  if (group_.is_open() && *rest_ != 0)
  {
    events = group_.try_read_events(buffer_, ec);
    // Of a loss the kernel tells by an error: one event that was queued.
    *rest_ -= std::min(*rest_, std::max(events.size(), std::size_t{1}));
  }
  // Waiting events are merged when more come: then there are fewer than there were.
  return {ec == asio::error::would_block ? asio::error::operation_aborted : ec, events};
}

void queue_reader::finish()
{
  error_code ec; // closed: nothing
  rest_ = group_.queued(ec);
  group_.cancel(ec);
}

} // namespace fanio::tool

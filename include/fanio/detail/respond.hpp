#pragma once

#include <fanio/detail/answer_batch.hpp>
#include <fanio/detail/group_state.hpp>
#include <fanio/error.hpp>
#include <fanio/event_view.hpp>
#include <fanio/response.hpp>

#include <boost/asio/error.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <ranges>

namespace fanio {

/// A range of events or views: an `event_range`, a `std::vector<event>`.
template <typename T>
concept event_source = std::ranges::input_range<T> &&
                       std::convertible_to<std::ranges::range_reference_t<T>, const event_view&>;

/// What decides: a function of an `event_view` that gives a `response`, or one response for all.
template <typename T>
concept response_source =
    std::convertible_to<T, response> || std::is_invocable_r_v<response, T&, const event_view&>;

namespace detail {

/// Sends one answer. `group` may be null: closed.
FANIO_API void respond(group_state* group, const event_view& e, const response& r,
                       error_code& ec) noexcept;

template <response_source Source>
[[nodiscard]] response decide(Source& source, const event_view& e)
{
  if constexpr (std::convertible_to<Source, response>)
  {
    return source;
  }
  else
  {
    return std::invoke(source, e);
  }
}

/// Answers what of `events` needs an answer; stops at an event of another group or process.
template <event_source Events, response_source Source>
std::size_t respond_all(group_state* group, Events& events, Source& source, error_code& ec)
{
  ec = {};
  if (group == nullptr)
  {
    ec = asio::error::bad_descriptor;
    return 0;
  }
  std::size_t answered = 0;
  answer_batch batch(*group);
  const auto note = [&ec](const error_code& failed) { ec = ec ? ec : failed; };
  const auto send = [&]
  {
    error_code failed;
    answered += batch.send(failed);
    note(failed);
  };
  for (const event_view& e : events)
  {
    if (!e.needs_response())
    {
      continue;
    }
    if (const auto refused = batch.check(e))
    {
      note(refused);
      break;
    }
    batch.add(e, decide(source, e));
    if (batch.is_full())
    {
      send();
    }
  }
  send();
  return answered;
}

} // namespace detail

} // namespace fanio

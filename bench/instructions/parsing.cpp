#include "parts.hpp"
#include <fanio/detail/buffer_state.hpp>
#include <fanio/detail/group_state.hpp>
#include <fanio/parse_events.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <micro/synthetic_events.hpp>
#include <utility>

namespace fanio::bench {

namespace {

/// Checks events again and again: so many as are asked for, or a few more.
template <synthetic_events (*Make)()>
std::function<void()> parsing(std::size_t events)
{
  return [batch = Make(), events]
  {
    for (std::size_t done = 0; done < events; done += batch.count)
    {
      error_code ec;
      keep(parse_events(batch.bytes, batch.group, ec));
    }
  };
}

/// What becomes of the bytes of a read.
template <synthetic_events (*Make)()>
std::function<void()> accepting(std::size_t events)
{
  auto batch = Make();
  auto buffer = std::make_shared<detail::buffer_state>(event_buffer::default_bytes);
  auto group = std::make_shared<detail::group_state>(-1, batch.group, permission_policy{});
  std::ranges::copy(batch.bytes, buffer->storage().begin());
  return [batch = std::move(batch), buffer, group, events]
  {
    for (std::size_t done = 0; done < events; done += batch.count)
    {
      error_code ec;
      buffer->clear();
      buffer->accept(batch.bytes.size(), group, ec);
      keep(buffer->events());
    }
  };
}

/// What a reader of names asks of each event.
std::function<void()> looking_at_names(std::size_t events)
{
  return [batch = events_with_names(), events]
  {
    const auto range = parse_events(batch.bytes, batch.group);
    for (std::size_t done = 0; done < events; done += batch.count)
    {
      for (const auto e : range)
      {
        keep(e.mask());
        keep(e.dfid());
        keep(e.name());
      }
    }
  };
}

} // namespace

std::span<const part> parsing_parts() noexcept
{
  static constexpr auto parts = std::to_array<part>({
      {"parse-fd", parsing<events_with_fd>},
      {"parse-fid", parsing<events_with_fid>},
      {"parse-names", parsing<events_with_names>},
      {"parse-renames", parsing<renames>},
      {"accept-fid", accepting<events_with_fid>},
      {"accept-names", accepting<events_with_names>},
      {"look-at-names", looking_at_names},
  });
  return parts;
}

} // namespace fanio::bench

#include "../event_parser.hpp"
#include <fanio/detail/buffer_state.hpp>
#include <fanio/detail/group_state.hpp>

#include <algorithm>

namespace fanio::detail {

buffer_state::buffer_state(std::size_t bytes)
    : bytes_(std::make_unique_for_overwrite<std::byte[]>(bytes)),
      states_(std::make_unique_for_overwrite<std::uint8_t[]>(bytes / wire::event::size + 1)),
      capacity_(bytes)
{
  base = bytes_.get();
  states = states_.get();
}

buffer_state::~buffer_state()
{
  clear();
}

event_range buffer_state::events() noexcept
{
  return {std::span(bytes_.get(), filled_), count_, this, format_};
}

void buffer_state::clear() noexcept
{
  if (has_descriptors_) // the others need no look
  {
    settle(*this, events().bytes());
  }
  filled_ = 0;
  count_ = 0;
  has_descriptors_ = false;
}

void buffer_state::accept(std::size_t bytes, const std::shared_ptr<group_state>& from,
                          error_code& ec) noexcept
{
  if (group != from)
  {
    group = from;
    format_ = event_format(from->flags());
  }
  reader = from->process().self();
  std::fill_n(states, bytes / wire::event::size, std::uint8_t{0});

  const auto good = check_events({bytes_.get(), bytes});
  filled_ = good.bytes;
  count_ = good.count;
  has_descriptors_ = good.has_descriptors || has_any(from->flags(), init_flags::report_pidfd);
  if (good.problem != errc{})
  {
    ec = good.problem;
  }
}

} // namespace fanio::detail

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
  has_descriptors_ = has_any(from->flags(), init_flags::report_pidfd);
  std::fill_n(states, bytes / wire::event::size, std::uint8_t{0});

  while (filled_ < bytes)
  {
    const auto rest = std::span<const std::byte>(bytes_.get() + filled_, bytes - filled_);
    std::size_t length = 0;
    if (const auto problem = check_event(rest, length); problem != errc{})
    {
      ec = problem;
      break;
    }
    has_descriptors_ |= wire::load<std::int32_t>(rest.data() + wire::event::fd) >= 0;
    filled_ += length;
    ++count_;
  }
}

} // namespace fanio::detail

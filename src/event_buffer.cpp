#include <fanio/detail/buffer_state.hpp>
#include <fanio/event_buffer.hpp>

#include <utility>

namespace fanio {

event_buffer::event_buffer(std::size_t bytes)
    : state_(std::make_shared<detail::buffer_state>(bytes))
{}

event_buffer::event_buffer(event_buffer&& other) noexcept = default;

event_buffer& event_buffer::operator=(event_buffer&& other) noexcept
{
  // The old state goes through a destructor, which tells an operation that uses it.
  event_buffer old(std::move(*this));
  state_ = std::move(other.state_);
  return *this;
}

event_buffer::~event_buffer()
{
  if (state_ && state_->in_use_.load(std::memory_order_acquire))
  {
    state_->abandoned_ = true;
  }
}

std::size_t event_buffer::capacity() const noexcept
{
  return state_ ? state_->capacity() : 0;
}

event_range event_buffer::events() const noexcept
{
  return state_ ? state_->events() : event_range();
}

void event_buffer::clear() noexcept
{
  if (const detail::buffer_lease lease(*this); state_ && !lease.is_refused())
  {
    state_->clear();
  }
}

} // namespace fanio

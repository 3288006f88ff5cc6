#include <fanio/event.hpp>

#include <algorithm>
#include <utility>

namespace fanio {

namespace state = detail::event_state;

event::event(const event_view& from) : event_view(from)
{
  const auto bytes = from.bytes();
  std::byte* to = inline_.data();
  if (bytes.size() > inline_bytes)
  {
    heap_ = std::make_unique_for_overwrite<std::byte[]>(bytes.size());
    to = heap_.get();
  }
  std::ranges::copy(bytes, to);

  // What the source does not own, this must not own either.
  state_ = state::answered | state::fd_gone | state::pidfd_gone;
  if (from.owner_ != nullptr)
  {
    own_.group = from.owner_->group;
    own_.reader = from.owner_->reader;
    state_ = std::exchange(from.owner_->state_of(from.data_), state_);
  }
  point_to(to);
}

event::event(event&& other) noexcept : event()
{
  steal(other);
}

event& event::operator=(event&& other) noexcept
{
  if (this != &other)
  {
    reset();
    steal(other);
  }
  return *this;
}

event::~event()
{
  reset();
}

void event::reset() noexcept
{
  if (data_ != nullptr)
  {
    detail::settle(own_, bytes());
    own_.group.reset();
    heap_.reset();
    data_ = nullptr;
  }
}

void event::steal(event& other) noexcept
{
  if (!other)
  {
    return;
  }
  inline_ = other.inline_;
  heap_ = std::move(other.heap_);
  state_ = other.state_;
  format_ = other.format_;
  own_.group = std::move(other.own_.group);
  own_.reader = other.own_.reader;
  point_to(heap_ ? heap_.get() : inline_.data());
  other.data_ = nullptr;
}

void event::point_to(const std::byte* bytes) noexcept
{
  own_.base = data_ = bytes;
  own_.states = &state_;
  owner_ = &own_;
}

} // namespace fanio

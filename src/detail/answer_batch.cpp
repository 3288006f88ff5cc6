#include "../sys.hpp"
#include <fanio/detail/answer_batch.hpp>
#include <fanio/error.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cerrno>

namespace fanio::detail {

error_code answer_batch::check(const event_view& e) const noexcept
{
  if (e.data_ == nullptr || !e.is_permission())
  {
    return errc::not_a_permission_event;
  }
  if (e.owner_ == nullptr || e.owner_->group.get() != &group_)
  {
    return errc::foreign_event;
  }
  if (!e.needs_response())
  {
    return errc::already_answered;
  }
  if (!group_.process().is(e.owner_->reader))
  {
    return errc::foreign_process;
  }
  return {};
}

void answer_batch::add(event_owner& owner, const std::byte* event, const response& r) noexcept
{
  auto& bytes = bytes_[count_];
  const bool with_rule = has_any(r.flags(), response_flags::info);
  const auto size = with_rule ? wire::response::size_with_rule : wire::response::size;
  wire::store(bytes.data(), wire::load<std::int32_t>(event + wire::event::fd));
  wire::store(bytes.data() + 4, r.word());
  wire::store(bytes.data() + 8, std::uint8_t{1}); // FAN_RESPONSE_INFO_AUDIT_RULE
  wire::store(bytes.data() + 9, std::uint8_t{0}); // must be zero
  wire::store(bytes.data() + 10, std::uint16_t{16});
  wire::store(bytes.data() + 12, r.rule());
  vectors_[count_] = {.iov_base = bytes.data(), .iov_len = size};
  events_[count_] = event;
  owners_[count_] = &owner;
  // From here on it is in this batch only.
  owner.state_of(event) |= event_state::answered;
  ++count_;
}

std::size_t answer_batch::send(error_code& ec) noexcept
{
  ec = {};
  std::size_t answered = 0;
  if (count_ == 0)
  {
    return 0;
  }
  const gate_pass inside(group_.users());
  if (!inside)
  {
    ec = asio::error::bad_descriptor; // closed: the kernel has answered
    count_ = 0;
    return 0;
  }
  for (std::size_t i = 0; i < count_;)
  {
    int error = 0;
    const auto written = send_from(i, error);
    answered += written;
    i += written;
    if (error == 0 || (error == EINVAL && strip(i)))
    {
      continue;
    }
    if (!ec)
    {
      ec = error == ENOENT ? error_code(errc::no_such_request)
                           : error_code(error, boost::system::system_category());
    }
    if (error == ENOENT)
    {
      group_.answered(wire::load<std::int32_t>(bytes_[i].data()));
    }
    else // it still waits
    {
      owners_[i]->state_of(events_[i]) &= static_cast<std::uint8_t>(~event_state::answered);
    }
    ++i;
  }
  count_ = 0;
  return answered;
}

/// One system call: tells how many went out, or the error of the first.
std::size_t answer_batch::send_from(std::size_t first, int& error) noexcept
{
  const auto rest = std::span(vectors_).subspan(first, count_ - first);
  const auto written = sys::uninterrupted(
      [&]
      {
        return rest.size() == 1
                   ? sys::write(group_.fd(),
                                {static_cast<const std::byte*>(rest[0].iov_base), rest[0].iov_len})
                   : sys::writev(group_.fd(), rest);
      });

  if (written < 0)
  {
    error = errno;
    return 0;
  }
  std::size_t sent = 0;
  for (auto left = static_cast<std::size_t>(written);
       sent < rest.size() && left >= rest[sent].iov_len; ++sent)
  {
    left -= rest[sent].iov_len;
    group_.answered(wire::load<std::int32_t>(bytes_[first + sent].data()));
  }
  error = sent == 0 ? EIO : 0; // a short count of nothing must not be asked for again
  return sent;
}

/// Reduces an answer to its bare verdict; false if it is one.
bool answer_batch::strip(std::size_t i) noexcept
{
  const auto word = wire::load<std::uint32_t>(bytes_[i].data() + 4);
  if ((word & ~std::uint32_t{0x3}) == 0)
  {
    return false;
  }
  wire::store(bytes_[i].data() + 4, word & 0x3);
  vectors_[i].iov_len = wire::response::size;
  return true;
}

} // namespace fanio::detail

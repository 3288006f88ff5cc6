#pragma once

#include <fanio/detail/buffer_state.hpp>
#include <fanio/detail/group.hpp>
#include <fanio/error.hpp>

#include <boost/asio/append.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace fanio::detail {

/// Waits until the group is readable, and then makes one read that does not block.
///
/// The read is made in the completion and never by the reactor: descriptors exist only once the
/// buffer that owns them does. So a dropped completion leaks nothing, and a cancelled one has
/// consumed nothing.
template <typename Executor>
class read_events_op
{
  struct refused
  {};

public:
  read_events_op(std::shared_ptr<group<Executor>> g, event_buffer& buffer) noexcept
      : group_(std::move(g)),
        target_(&buffer)
  {}

  /// The start.
  template <typename Self>
  void operator()(Self& self)
  {
    self.reset_cancellation_state(asio::enable_total_cancellation());
    lease_.emplace(*target_);
    if (const auto ec = obstacle())
    {
      return fail_later(self, ec);
    }
    (*lease_)->clear();
    group_->before_wait();
    wait(self);
  }

  /// The wait has ended.
  template <typename Self>
  void operator()(Self& self, error_code ec)
  {
    if (!ec && lease_->is_abandoned())
    {
      ec = asio::error::operation_aborted;
    }
    if (!ec)
    {
      group_->read(**lease_, ec);
      // Readiness may be stale: another reader may have emptied the queue.
      if (ec == asio::error::would_block)
      {
        if (self.cancelled() == asio::cancellation_type::none)
        {
          return wait_again(self);
        }
        ec = asio::error::operation_aborted;
      }
    }
    finish(self, ec);
  }

  /// The start was refused, and that is now told.
  template <typename Self>
  void operator()(Self& self, error_code ec, refused)
  {
    self.complete(ec, event_range());
  }

private:
  [[nodiscard]] error_code obstacle() const noexcept
  {
    // A lazy operation may be launched when its handle is gone.
    if (!group_ || !group_->stream)
    {
      return asio::error::bad_descriptor;
    }
    if (lease_->is_refused())
    {
      return errc::buffer_in_use;
    }
    return lease_->is_abandoned() ? error_code(errc::buffer_too_small) : error_code();
  }

  template <typename Self>
  void fail_later(Self& self, error_code ec)
  {
    lease_.reset();
    const auto executor = self.get_io_executor();
    asio::post(executor, asio::append(std::move(self), ec, refused()));
  }

  template <typename Self>
  void wait(Self& self)
  {
    auto& stream = *group_->stream; // this object moves away with `self`
    stream.async_wait(asio::posix::descriptor_base::wait_read, std::move(self));
  }

  /// This runs on the handler's executor, so the handle may be closed meanwhile, and not only
  /// before.
  template <typename Self>
  void wait_again(Self& self)
  {
    const auto kept = group_; // this object moves away with `self`
    if (const gate_pass inside(kept->users()); inside)
    {
      return wait(self);
    }
    finish(self, asio::error::operation_aborted);
  }

  template <typename Self>
  void finish(Self& self, const error_code& ec)
  {
    const auto events = lease_->is_abandoned() ? event_range() : (**lease_).events();
    lease_.reset(); // the handler may read into the buffer again
    group_.reset();
    self.complete(ec, events);
  }

  std::shared_ptr<group<Executor>> group_;
  event_buffer* target_;
  std::optional<buffer_lease> lease_;
};

} // namespace fanio::detail

#pragma once

#include <fanio/detail/buffer_state.hpp>
#include <fanio/detail/group.hpp>
#include <fanio/detail/linger.hpp>
#include <fanio/error.hpp>
#include <fanio/read_options.hpp>

#include <boost/asio/append.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
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

  struct posted
  {};

  struct lingered
  {
    std::size_t timer; // of the group
  };

public:
  read_events_op(std::shared_ptr<group<Executor>> g, event_buffer& buffer,
                 const read_options& options) noexcept
      : group_(std::move(g)),
        target_(&buffer),
        options_(options)
  {}

  /// The start.
  template <typename Self>
  void operator()(Self& self)
  {
    self.reset_cancellation_state(asio::enable_total_cancellation());
    lease_.emplace(*target_);
    if (const auto ec = obstacle())
    {
      return refuse(self, ec);
    }
    (*lease_)->clear();
    group_->before_wait();
    cancellations_ = group_->cancellations();
    // Where the last read was full there is more, which has waited long enough already.
    if (group_->take_fullness() || polls())
    {
      return post(self);
    }
    if (may_linger() && group_->take_haste())
    {
      return linger_unwoken(self);
    }
    const auto ec = group_->watch();
    return ec ? refuse(self, ec) : wait(self);
  }

  /// It has a turn of the executor, to read without waiting.
  template <typename Self>
  void operator()(Self& self, posted)
  {
    error_code ec;
    const auto end = saturated_sum(linger_clock::now(), options_.busy_poll);
    do
    {
      if (has_ended(self))
      {
        return finish(self, asio::error::operation_aborted);
      }
      group_->read(**lease_, ec);
    }
    while (ec == asio::error::would_block && linger_clock::now() < end);
    if (ec == asio::error::would_block)
    {
      linger_.reset();
      return wait_again(self);
    }
    finish(self, ec);
  }

  /// The wait has ended.
  template <typename Self>
  void operator()(Self& self, error_code ec)
  {
    group_->has_waited();
    if (!ec && may_linger())
    {
      linger_.emplace(options_);
      return go_on_lingering(self);
    }
    read(self, ec);
  }

  /// A part of the linger has ended.
  template <typename Self>
  void operator()(Self& self, error_code ec, lingered by)
  {
    group_->has_lingered(by.timer);
    return ec ? read(self, ec) : go_on_lingering(self);
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
    if (!group_ || !group_->is_open())
    {
      return asio::error::bad_descriptor;
    }
    if (lease_->is_refused())
    {
      return errc::buffer_in_use;
    }
    return lease_->is_abandoned() ? error_code(errc::buffer_too_small) : error_code();
  }

  [[nodiscard]] bool polls() const noexcept
  {
    return options_.busy_poll > std::chrono::nanoseconds::zero();
  }

  /// Who asks for a permission waits for the answer.
  [[nodiscard]] bool may_linger() const noexcept
  {
    return options_.linger > std::chrono::nanoseconds::zero() && !polls() &&
           !is_permission_class(group_->flags());
  }

  template <typename Self>
  void refuse(Self& self, error_code ec)
  {
    lease_.reset();
    const auto executor = self.get_io_executor();
    asio::post(executor, asio::append(std::move(self), ec, refused()));
  }

  template <typename Self>
  void wait(Self& self)
  {
    auto& group = *group_; // this object moves away with `self`
    group.async_wait(std::move(self));
  }

  /// This runs on the handler's executor, so the handle may be closed meanwhile, and not only
  /// before.
  template <typename Self>
  void wait_again(Self& self)
  {
    const auto kept = group_; // this object moves away with `self`
    error_code ec = asio::error::operation_aborted;
    if (const gate_pass inside(kept->users()); inside && !has_ended(self))
    {
      ec = kept->watch();
      if (!ec)
      {
        return wait(self);
      }
    }
    finish(self, ec); // not inside: the handler may close the group
  }

  /// Its reads could complete at once, which must not be inside of the initiating function.
  template <typename Self>
  void post(Self& self)
  {
    const auto executor = self.get_io_executor();
    asio::post(executor, asio::append(std::move(self), posted()));
  }

  template <typename Self>
  void linger_unwoken(Self& self)
  {
    linger_.emplace(options_);
    const auto part = linger_->next_part(*group_);
    return part == linger::none ? post(self) : wait_for(self, part);
  }

  template <typename Self>
  void go_on_lingering(Self& self)
  {
    const auto part = linger_->next_part(*group_);
    return part == linger::none ? read(self, {}) : wait_for(self, part);
  }

  template <typename Self>
  void wait_for(Self& self, linger_clock::duration time)
  {
    const auto kept = group_; // this object moves away with `self`
    if (const gate_pass inside(kept->users()); inside && !has_ended(self))
    {
      const auto timer = kept->take_timer();
      return kept->async_linger(timer, time, asio::append(std::move(self), lingered{timer}));
    }
    finish(self, asio::error::operation_aborted);
  }

  template <typename Self>
  void read(Self& self, error_code ec)
  {
    if (!ec && has_ended(self))
    {
      ec = asio::error::operation_aborted;
    }
    if (!ec)
    {
      group_->read(**lease_, ec);
      // Readiness may be stale: another reader may have emptied the queue.
      if (ec == asio::error::would_block)
      {
        linger_.reset();
        return wait_again(self);
      }
    }
    finish(self, ec);
  }

  template <typename Self>
  void finish(Self& self, const error_code& ec)
  {
    const auto events = lease_->is_abandoned() ? event_range() : (**lease_).events();
    if (may_linger())
    {
      group_->note_read(events.size());
    }
    lease_.reset(); // the handler may read into the buffer again
    group_.reset();
    self.complete(ec, events);
  }

  /// Whether it must not read any more. Who cancels it may come when it has been woken and has not
  /// had its turn yet, as on a busy strand: Asio has nothing to cancel then.
  template <typename Self>
  [[nodiscard]] bool has_ended(Self& self) const
  {
    return lease_->is_abandoned() || self.cancelled() != asio::cancellation_type::none ||
           group_->cancellations() != cancellations_;
  }

  std::shared_ptr<group<Executor>> group_;
  event_buffer* target_;
  read_options options_;
  std::size_t cancellations_ = 0; // of the group, at the start
  std::optional<buffer_lease> lease_;
  std::optional<linger> linger_; // once it has begun
};

} // namespace fanio::detail

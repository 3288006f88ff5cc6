#pragma once

#include <fanio/detail/group.hpp>

#include <boost/asio/append.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace fanio::detail {

/// Waits until the group is readable, or says that there is none.
template <typename Executor>
class wait_op
{
  struct refused
  {};

public:
  explicit wait_op(std::shared_ptr<group<Executor>> g) noexcept : group_(std::move(g)) {}

  template <typename Self>
  void operator()(Self& self)
  {
    self.reset_cancellation_state(asio::enable_total_cancellation());
    const bool is_open = group_ && group_->is_open();
    const auto ec = is_open ? group_->watch() : error_code(asio::error::bad_descriptor);
    if (!ec)
    {
      auto& group = *group_; // this object moves away with `self`
      return group.async_wait(std::move(self));
    }
    const auto executor = self.get_io_executor();
    asio::post(executor, asio::append(std::move(self), ec, refused()));
  }

  /// The wait has ended.
  template <typename Self>
  void operator()(Self& self, error_code ec)
  {
    group_->has_waited();
    group_.reset();
    self.complete(ec);
  }

  /// The start was refused, and that is now told.
  template <typename Self>
  void operator()(Self& self, error_code ec, refused)
  {
    group_.reset();
    self.complete(ec);
  }

private:
  std::shared_ptr<group<Executor>> group_;
};

} // namespace fanio::detail

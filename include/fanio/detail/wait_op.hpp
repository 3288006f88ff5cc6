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
public:
  explicit wait_op(std::shared_ptr<group<Executor>> g) noexcept : group_(std::move(g)) {}

  template <typename Self>
  void operator()(Self& self)
  {
    self.reset_cancellation_state(asio::enable_total_cancellation());
    if (group_ && group_->stream)
    {
      auto& stream = *group_->stream;
      return stream.async_wait(asio::posix::descriptor_base::wait_read, std::move(self));
    }
    const auto executor = self.get_io_executor();
    asio::post(executor, asio::append(std::move(self), error_code(asio::error::bad_descriptor)));
  }

  template <typename Self>
  void operator()(Self& self, error_code ec)
  {
    group_.reset();
    self.complete(ec);
  }

private:
  std::shared_ptr<group<Executor>> group_;
};

} // namespace fanio::detail

#pragma once

#include "event_bytes.hpp"
#include <fanio/detail/group_state.hpp>
#include <fanio/unique_fd.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace test {

/// What was written to something, system call by system call.
using messages = std::vector<byte_vector>;

/// A group without a kernel: its descriptor is one end of a socket that keeps messages apart. What
/// is put into the other end is read as events; answers come out there, those of one system call
/// as one message.
class fake_group
{
public:
  explicit fake_group(fanio::init_flags flags, const fanio::permission_policy& policy = {})
  {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
    {
      throw std::runtime_error("socketpair");
    }
    near_.reset(ends[0]);
    far_.reset(ends[1]);
    state_ = std::make_shared<fanio::detail::group_state>(near_.get(), flags, policy);
  }

  [[nodiscard]] fanio::detail::group_state* operator->() const noexcept { return state_.get(); }

  [[nodiscard]] fanio::detail::group_state& operator*() const noexcept { return *state_; }

  /// Queues the bytes that the next read brings.
  void put(std::span<const std::byte> bytes) const
  {
    if (::write(far_.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
    {
      throw std::runtime_error("write");
    }
  }

  /// What was written to the group since the last call, a message for each system call.
  [[nodiscard]] messages answers() const
  {
    messages all;
    byte_vector message(4096);
    for (;;)
    {
      const auto size = ::read(far_.get(), message.data(), message.size());
      if (size <= 0)
      {
        return all;
      }
      all.emplace_back(message.begin(), message.begin() + size);
    }
  }

private:
  fanio::unique_fd near_;
  fanio::unique_fd far_;
  std::shared_ptr<fanio::detail::group_state> state_;
};

} // namespace test

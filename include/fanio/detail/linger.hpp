#pragma once

#include <fanio/detail/group_state.hpp>
#include <fanio/read_options.hpp>

#include <chrono>
#include <cstddef>

namespace fanio::detail {

using linger_clock = std::chrono::steady_clock;

/// No time is too long for the clock.
[[nodiscard]] inline linger_clock::time_point saturated_sum(linger_clock::time_point time,
                                                            std::chrono::nanoseconds span) noexcept
{
  constexpr auto latest = linger_clock::time_point::max();
  return span < latest - time ? time + span : latest;
}

/// One delay of a read, from its begin on, in parts: between them the queue is looked at.
class linger
{
public:
  static constexpr linger_clock::duration none{};

  FANIO_API explicit linger(const read_options& options) noexcept;

  /// How long to wait until the next look; `none` if the time to read has come.
  [[nodiscard]] FANIO_API linger_clock::duration next_part(const group_state& group) const noexcept;

private:
  std::size_t enough_;
  linger_clock::duration part_;
  bool looks_; // it has more than one part
  linger_clock::time_point end_;
};

} // namespace fanio::detail

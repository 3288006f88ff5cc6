#include <fanio/detail/linger.hpp>

#include <algorithm>

namespace fanio::detail {

namespace {

/// A sixteenth, but neither so short that the looking costs more than the linger saves, nor so long
/// that a queue could overflow meanwhile.
linger_clock::duration part_of(linger_clock::duration whole) noexcept
{
  using namespace std::chrono_literals;
  return std::clamp<linger_clock::duration>(whole / 16, 1ms, 1s);
}

} // namespace

linger::linger(const read_options& options) noexcept
    : enough_(options.enough),
      part_(part_of(options.linger)),
      looks_(part_ < options.linger),
      end_(saturated_sum(linger_clock::now(), options.linger))
{}

linger_clock::duration linger::next_part(const group_state& group) const noexcept
{
  const auto now = linger_clock::now();
  if (now >= end_)
  {
    return none;
  }
  if (looks_)
  {
    error_code ec;
    if (group.queued(ec) >= enough_ || ec)
    {
      return none;
    }
  }
  return std::min(part_, end_ - now);
}

} // namespace fanio::detail

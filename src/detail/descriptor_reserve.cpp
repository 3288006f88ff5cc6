#include "../sys.hpp"
#include <fanio/detail/descriptor_reserve.hpp>

#include <algorithm>

namespace fanio::detail {

descriptor_reserve::descriptor_reserve(std::size_t wanted) : wanted_(std::min(wanted, most))
{
  kept_.reserve(wanted_);
  fill();
}

std::size_t descriptor_reserve::fill() noexcept
{
  while (kept_.size() < wanted_)
  {
    // Of something that belongs to no filesystem, so that no mount is pinned.
    unique_fd one(kept_.empty() ? sys::eventfd() : sys::duplicate(kept_.front().get()));
    if (!one)
    {
      break;
    }
    kept_.push_back(std::move(one));
  }
  return kept_.size();
}

} // namespace fanio::detail

#include "../sys.hpp"
#include <fanio/detail/process_identity.hpp>

#include <new>

#include <unistd.h>

namespace fanio::detail {

process_identity::process_identity() noexcept
{
  void* page = sys::map(sizeof *page_);
  if (page != nullptr && sys::wipe_on_fork(page, sizeof *page_) == 0)
  {
    page_ = new (page) std::atomic<std::uint32_t>(0);
  }
  else if (page != nullptr)
  {
    sys::unmap(page, sizeof *page_);
  }
}

process_identity::~process_identity()
{
  if (page_ != nullptr)
  {
    sys::unmap(page_, sizeof *page_);
  }
}

std::uint32_t process_identity::self() noexcept
{
  if (page_ == nullptr)
  {
    return static_cast<std::uint32_t>(::getpid());
  }
  auto id = page_->load(std::memory_order_relaxed);
  if (id == 0) // new here, or a forked child
  {
    id = static_cast<std::uint32_t>(::getpid());
    page_->store(id, std::memory_order_relaxed);
  }
  return id;
}

} // namespace fanio::detail

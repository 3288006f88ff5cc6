#include "../sys.hpp"
#include <fanio/detail/answer_batch.hpp>
#include <fanio/detail/event_owner.hpp>
#include <fanio/detail/group_state.hpp>
#include <fanio/event_range.hpp>

#include <algorithm>

namespace fanio::detail {

namespace {

/// Closes descriptors, neighbouring numbers by one system call: what one read brings is mostly in
/// a row. Never touches a number that it was not given.
class run_closer
{
public:
  run_closer() noexcept = default;

  run_closer(const run_closer&) = delete;
  run_closer& operator=(const run_closer&) = delete;

  ~run_closer() { close_run(); }

  void add(int descriptor) noexcept
  {
    if (descriptor < 0)
    {
      return;
    }
    const auto fd = static_cast<unsigned>(descriptor);
    if (count_ > 0 && fd == last_ + 1)
    {
      last_ = fd;
    }
    else if (count_ > 0 && fd == first_ - 1)
    {
      first_ = fd;
    }
    else
    {
      close_run();
      first_ = last_ = fd;
      count_ = 0;
    }
    ++count_;
  }

private:
  void close_run() noexcept
  {
    if (count_ == 0)
    {
      return;
    }
    const bool done = count_ > 1 && sys::close_range(first_, last_) == 0;
    for (auto fd = first_; !done && fd <= last_; ++fd) // one, or a kernel before 5.9
    {
      sys::close(static_cast<int>(fd));
    }
  }

  // Unsigned: above the highest descriptor there is a number, too.
  unsigned first_ = 0;
  unsigned last_ = 0;
  int count_ = 0;
};

void answer_rest(event_owner& owner, const event_range& events) noexcept
{
  auto* group = owner.group.get();
  // A forked child has copies of the descriptors; the requests are its parent's.
  if (group == nullptr || !is_permission_class(group->flags()) ||
      !group->process().is(owner.reader))
  {
    return;
  }
  answer_batch batch(*group);
  error_code nobody_left_to_tell;
  for (const event_view e : events)
  {
    if (e.needs_response())
    {
      batch.add(e, group->policy().default_verdict);
      if (batch.is_full())
      {
        batch.send(nobody_left_to_tell);
      }
    }
  }
}

} // namespace

void settle(event_owner& owner, std::span<const std::byte> events) noexcept
{
  const event_range range(events, 0, &owner, {});
  answer_rest(owner, range);

  run_closer closer;
  for (const event_view e : range)
  {
    closer.add(e.fd());
    closer.add(e.pidfd());
  }
}

} // namespace fanio::detail

#include "../diagnosis.hpp"
#include "../sys.hpp"
#include <fanio/detail/answer_batch.hpp>
#include <fanio/detail/group_state.hpp>
#include <fanio/error.hpp>
#include <fanio/group_info.hpp>
#include <fanio/parse_events.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace fanio::detail {

namespace {

/// FAN_NOFD in a response asks whether it would be taken, and touches no event. 6.3
constexpr int probe_fd = wire::no_fd;

/// FIONREAD counts each queued event as so many bytes, whatever its real size.
constexpr int bytes_counted_an_event = wire::event::size;

/// The longest event of a group.
std::size_t longest_event(init_flags flags) noexcept
{
  if (reports_file_handles(flags) || has_any(flags, init_flags::report_mnt))
  {
    return event_buffer::max_event_bytes;
  }
  return wire::event::size + (has_any(flags, init_flags::report_pidfd) ? wire::pidfd::size : 0) +
         (has_any(flags, init_flags::class_pre_content) ? wire::range::size : 0);
}

/// Gives a permission group a high number, above those that notification groups get.
///
/// When a process ends the kernel closes its files from the highest number to the lowest (its task
/// work is a stack), and to close a group it waits for whoever is in it: also for who waits for the
/// answer of another group, if marks of different kinds, as of a mount and of its filesystem, have
/// led him to both. If that other group is one of the same process, and its turn comes later, he
/// waits for ever, and so does the dying process. Highest first, the permission group lets him go.
unique_fd with_high_number(unique_fd group) noexcept
{
  constexpr std::uint64_t high = 960; // below FD_SETSIZE
  const auto limit = sys::descriptor_limit();
  unique_fd moved(sys::duplicate(group.get(), static_cast<int>(std::min(high, limit - limit / 8))));
  return moved ? std::move(moved) : std::move(group); // with none free it stays where it is
}

error_code read_error(int error) noexcept
{
  switch (error)
  {
  case EAGAIN:
    return asio::error::would_block;
  case EINVAL: // the first event does not fit; it stays queued
    return errc::buffer_too_small;
  case EBADF:
  case EFAULT:
    return {error, boost::system::system_category()};
  default: // making the event's descriptor failed, and the event is gone
    return {error, lost_event_category()};
  }
}

} // namespace

group_state::group_state(int fd, init_flags flags, const permission_policy& policy)
    : fd_(fd),
      flags_(flags),
      policy_(policy),
      opener_(process_.self()),
      owner_(opener_),
      reserve_(is_permission_class(flags) ? policy.reserved_descriptors : 0)
{}

void group_state::read(buffer_state& buffer, error_code& ec) noexcept
{
  take_over();
  // The handle may be closed on another thread than that which completes a read.
  if (const gate_pass inside(gate_); inside)
  {
    read_inside(buffer, ec);
  }
  else
  {
    ec = asio::error::operation_aborted;
  }
}

void group_state::read_inside(buffer_state& buffer, error_code& ec) noexcept
{
  ec = {};
  const auto limit = read_limit(buffer.capacity());
  reserve_.release();
  const auto bytes =
      sys::uninterrupted([&] { return sys::read(fd_, buffer.storage().first(limit)); });
  const int error = errno;

  if (bytes < 0)
  {
    ec = read_error(error);
    was_full_.store(false, std::memory_order_relaxed);
  }
  else
  {
    const auto size = static_cast<std::size_t>(bytes);
    // Of a small buffer it is a guess: few events are as long as they may be.
    const auto room = std::min(longest_event(flags_), limit / 4);
    was_full_.store(size + room > limit, std::memory_order_relaxed);
    buffer.accept(size, shared_from_this(), ec);
    if (is_permission_class(flags_))
    {
      take_note(buffer);
    }
  }
  reserve_.fill();
}

/// A forked child that goes on with the group begins anew: the requests that are noted down are its
/// parent's, and threads that were writing are not here.
void group_state::take_over() noexcept
{
  if (!process_.is(owner_))
  {
    owner_ = process_.self();
    gate_.reset();
    requests_.clear();
  }
}

/// With a reserve no more is read than its descriptors are enough for, but always one event.
std::size_t group_state::read_limit(std::size_t capacity) noexcept
{
  if (reserve_.wanted() == 0)
  {
    return capacity;
  }
  const std::size_t descriptors_an_event = has_any(flags_, init_flags::report_pidfd) ? 2 : 1;
  const auto events = reserve_.fill() / descriptors_an_event;
  return std::min(capacity, std::max(events * wire::event::size, longest_event(flags_)));
}

bool group_state::is_own(const event_view& e) noexcept
{
  const auto self = static_cast<std::int32_t>(process_.self());
  if (has_any(flags_, init_flags::report_tid))
  {
    return e.pid() > 0 && sys::thread_exists(self, e.pid()) == 0;
  }
  return e.pid() == self;
}

void group_state::take_note(buffer_state& buffer) noexcept
{
  answer_batch own(*this);
  error_code ignored; // what is refused stays a request like any other
  for (const event_view e : buffer.events())
  {
    if (!e.needs_response())
    {
      continue;
    }
    requests_.insert(e.fd());
    if (policy_.allow_own_process && is_own(e))
    {
      own.add(e, verdict::allow);
      if (own.is_full())
      {
        own.send(ignored);
      }
    }
  }
}

void group_state::wait(error_code& ec) const noexcept
{
  ec = {};
  if (sys::uninterrupted([this] { return sys::poll_in(fd_); }) < 0)
  {
    ec.assign(errno, boost::system::system_category());
  }
}

void group_state::mark(mark_flags flags, mark_target target, event_mask mask, const location& where,
                       error_code& ec) noexcept
{
  ec = {};
  if (sys::fanotify_mark(fd_, to_underlying(flags) | static_cast<std::uint32_t>(target),
                         to_underlying(mask), where.dirfd(), where.path()) != 0)
  {
    ec = explain_mark(errno, {fd_, flags_, flags, target, mask, where});
  }
}

std::size_t group_state::queued(error_code& ec) const noexcept
{
  ec = {};
  int bytes = 0;
  if (sys::bytes_readable(fd_, bytes) != 0)
  {
    ec.assign(errno, boost::system::system_category());
    return 0;
  }
  return static_cast<std::size_t>(bytes / bytes_counted_an_event);
}

bool group_state::accepts(const response& r) noexcept
{
  if (!is_permission_class(flags_) || gate_.is_shut())
  {
    return false;
  }
  // What needs no asking: kernels before 6.3 can't be asked.
  if (r == response(verdict::allow) || r == response(verdict::deny))
  {
    return true;
  }
  if (has_any(r.flags(), response_flags::audit) && !has_any(flags_, init_flags::enable_audit))
  {
    return false;
  }
  if (r.error() == 0 && !has_any(r.flags(), response_flags::info))
  {
    return true;
  }
  // The probe needs an information record, also for words that will be sent without one.
  std::array<std::byte, wire::response::size_with_rule> bytes{};
  wire::store(bytes.data(), probe_fd);
  wire::store(bytes.data() + 4, r.word() | to_underlying(response_flags::info));
  wire::store(bytes.data() + 8, std::uint8_t{1});
  wire::store(bytes.data() + 10, std::uint16_t{16});
  wire::store(bytes.data() + 12, r.rule());
  const gate_pass inside(gate_);
  return inside && sys::uninterrupted([&] { return sys::write(fd_, bytes); }) ==
                       static_cast<ssize_t>(bytes.size());
}

void group_state::end() noexcept
{
  let_go();
  // Only the process that made the group may take its marks away: a forked child shares it.
  const bool denies_all = is_fail_closed() && process_.is(opener_);
  if (denies_all)
  {
    for (const auto target : {mark_target::inode, mark_target::mount, mark_target::filesystem})
    {
      static_cast<void>(sys::fanotify_mark(
          fd_, to_underlying(mark_flags::flush) | static_cast<std::uint32_t>(target), 0, AT_FDCWD,
          nullptr));
    }
  }
  for (int fd = requests_.extract(); fd >= 0; fd = requests_.extract(fd))
  {
    answer_directly(fd, policy_.default_verdict);
  }
  if (denies_all)
  {
    deny_queued();
  }
}

void group_state::answer_directly(int event_fd, verdict v) noexcept
{
  std::array<std::byte, wire::response::size> bytes;
  wire::store(bytes.data(), event_fd);
  wire::store(bytes.data() + 4, response(v).word());
  static_cast<void>(sys::uninterrupted([&] { return sys::write(fd_, bytes); }));
}

void group_state::let_go() noexcept
{
  take_over();
  gate_.shut();
  reserve_ = {};
}

/// Denies what nobody has read, after the marks are gone. The kernel would allow it when the
/// descriptor is closed.
void group_state::deny_queued() noexcept
{
  const auto waiting = [this]
  {
    error_code ec;
    const auto count = queued(ec);
    return ec ? std::size_t{1} : count; // a read will tell
  };
  // A read that fails has taken one event too, which the kernel has denied. If it takes none it may
  // be that another reader was faster, so it is tried again, but not for ever.
  constexpr int most_futile_reads = 8;
  auto left = waiting();
  for (int futile = 0; left > 0 && futile < most_futile_reads;)
  {
    const bool has_read = deny_next();
    const auto before = std::exchange(left, waiting());
    futile = has_read || left < before ? 0 : futile + 1;
  }
}

/// Denies what one read brings; false if that is nothing.
bool group_state::deny_next() noexcept
{
  std::array<std::byte, event_buffer::max_event_bytes> storage;
  const auto bytes = sys::uninterrupted([&] { return sys::read(fd_, storage); });
  const auto read = std::span(storage).first(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  error_code ignored;
  for (const event_view e : parse_events(read, flags_, ignored))
  {
    if (e.needs_response())
    {
      answer_directly(e.fd(),
                      policy_.allow_own_process && is_own(e) ? verdict::allow : verdict::deny);
    }
    unique_fd(e.fd()).reset();
    unique_fd(e.pidfd()).reset();
  }
  return bytes > 0;
}

namespace {

unique_fd init_group(const group_options& options, init_flags& actual, error_code& ec) noexcept
{
  ec = {};
  actual = options.flags | init_flags::cloexec | init_flags::nonblock;
  if (is_permission_class(actual) && !options.limited_queue)
  {
    actual |= init_flags::unlimited_queue;
  }
  const auto files = options.event_files | file_flags::cloexec;
  const auto init = [&](init_flags flags)
  { return unique_fd(sys::fanotify_init(to_underlying(flags), to_underlying(files))); };

  const bool wants_fd_error =
      options.report_lost_events && !reports_file_handles(actual) &&
      !has_any(actual, init_flags::report_mnt | init_flags::report_fd_error);
  if (wants_fd_error)
  {
    if (auto group = init(actual | init_flags::report_fd_error))
    {
      actual |= init_flags::report_fd_error;
      return group;
    }
    if (errno != EINVAL && errno != EPERM) // the flag is not what is refused
    {
      ec = explain_init(errno, actual, files);
      return {};
    }
  }
  auto group = init(actual);
  if (!group)
  {
    ec = explain_init(errno, actual, files);
  }
  return group;
}

} // namespace

unique_fd open_group(const group_options& options, init_flags& actual, error_code& ec) noexcept
{
  auto group = init_group(options, actual, ec);
  return group && is_permission_class(actual) ? with_high_number(std::move(group))
                                              : std::move(group);
}

init_flags adopt_group(int fd, error_code& ec)
{
  const auto info = read_group_info(fd, ec);
  if (ec)
  {
    return {};
  }
  // Readiness may be stale, so a blocking group would stop the event loop; and a group that an
  // executed program inherits would keep its askers waiting for ever.
  const int status = sys::get_status_flags(fd);
  const int flags = sys::get_fd_flags(fd);
  if (status < 0 || flags < 0 || sys::set_status_flags(fd, status | O_NONBLOCK) != 0 ||
      sys::set_fd_flags(fd, flags | FD_CLOEXEC) != 0)
  {
    ec.assign(errno, boost::system::system_category());
  }
  return info.flags;
}

} // namespace fanio::detail

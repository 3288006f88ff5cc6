#include "sys.hpp"
#include <fanio/error.hpp>
#include <fanio/event.hpp>
#include <fanio/event_view.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <limits>

namespace fanio {

namespace wire = detail::wire;

namespace {

/// The records behind the metadata.
info_range records_of(std::span<const std::byte> event) noexcept
{
  const auto metadata = wire::load<std::uint16_t>(event.data() + wire::event::metadata_len);
  return info_range(event.subspan(metadata));
}

/// The first record of one of two kinds; null if there is none.
const std::byte* find(const event_view& e, info_type a, info_type b) noexcept
{
  for (const info_record record : records_of(e.bytes()))
  {
    if (record.type() == a || record.type() == b)
    {
      return record.bytes().data();
    }
  }
  return nullptr;
}

const std::byte* find(const event_view& e, info_type type) noexcept
{
  return find(e, type, type);
}

std::optional<file_handle_view> handle_of(const std::byte* record) noexcept
{
  if (record == nullptr)
  {
    return std::nullopt;
  }
  const auto size = wire::load<std::uint32_t>(record + wire::fid::handle_bytes);
  return file_handle_view(wire::load<fsid>(record + wire::fid::fsid),
                          wire::load<std::int32_t>(record + wire::fid::handle_type),
                          std::span(record + wire::fid::handle, size));
}

std::optional<std::string_view> name_of(const std::byte* record) noexcept
{
  if (record == nullptr)
  {
    return std::nullopt;
  }
  // The name stands right behind the handle; validation has found its terminator.
  const auto size = wire::load<std::uint32_t>(record + wire::fid::handle_bytes);
  return std::string_view(reinterpret_cast<const char*>(record + wire::fid::handle + size));
}

/// What a negative descriptor says. The lowest number, which no kernel gives, has no positive.
int errno_of(std::int32_t fd) noexcept
{
  return -std::max(fd, -std::numeric_limits<std::int32_t>::max());
}

} // namespace

info_range event_view::records() const noexcept
{
  return records_of(bytes());
}

std::optional<file_handle_view> event_view::fid() const noexcept
{
  return format_.dir_fid_only ? std::nullopt : handle_of(find(*this, info_type::fid));
}

std::optional<file_handle_view> event_view::dfid() const noexcept
{
  const auto* record = find(*this, info_type::dfid_name, info_type::dfid);
  if (record == nullptr && format_.dir_fid_only)
  {
    record = find(*this, info_type::fid);
  }
  return handle_of(record);
}

std::optional<std::string_view> event_view::name() const noexcept
{
  return name_of(find(*this, info_type::dfid_name));
}

std::optional<file_handle_view> event_view::old_dfid() const noexcept
{
  return handle_of(find(*this, info_type::old_dfid_name));
}

std::optional<std::string_view> event_view::old_name() const noexcept
{
  return name_of(find(*this, info_type::old_dfid_name));
}

std::optional<file_handle_view> event_view::new_dfid() const noexcept
{
  return handle_of(find(*this, info_type::new_dfid_name));
}

std::optional<std::string_view> event_view::new_name() const noexcept
{
  return name_of(find(*this, info_type::new_dfid_name));
}

std::optional<filesystem_error> event_view::error() const noexcept
{
  const auto* record = find(*this, info_type::error);
  if (record == nullptr)
  {
    return std::nullopt;
  }
  return filesystem_error{wire::load<std::int32_t>(record + wire::error::error),
                          wire::load<std::uint32_t>(record + wire::error::count)};
}

std::optional<access_range> event_view::range() const noexcept
{
  const auto* record = find(*this, info_type::range);
  if (record == nullptr)
  {
    return std::nullopt;
  }
  return access_range{wire::load<std::uint64_t>(record + wire::range::offset),
                      wire::load<std::uint64_t>(record + wire::range::count)};
}

std::optional<std::uint64_t> event_view::mount_id() const noexcept
{
  const auto* record = find(*this, info_type::mnt);
  if (record == nullptr)
  {
    return std::nullopt;
  }
  return wire::load<std::uint64_t>(record + wire::mount::id);
}

std::int32_t event_view::raw_pidfd() const noexcept
{
  const auto* record = find(*this, info_type::pidfd);
  return record == nullptr ? wire::no_fd : wire::load<std::int32_t>(record + wire::pidfd::fd);
}

error_code event_view::lost() const noexcept
{
  // Without FAN_REPORT_FD_ERROR -1 is FAN_NOFD: there never was one. With it -1 is an EPERM, and
  // events without an object, or with its file handle, have -EBADF: no open gives that error.
  const auto fd = raw_fd();
  if (fd >= 0 || fd == -EBADF || (fd == wire::no_fd && !format_.fd_error))
  {
    return {};
  }
  return {errno_of(fd), lost_event_category()};
}

error_code event_view::pidfd_error() const noexcept
{
  const auto* record = find(*this, info_type::pidfd);
  const auto fd = record == nullptr ? 0 : wire::load<std::int32_t>(record + wire::pidfd::fd);
  if (fd >= 0)
  {
    return {};
  }
  // Without FAN_REPORT_FD_ERROR: FAN_NOPIDFD for a process that is gone, FAN_EPIDFD for the rest.
  const bool is_errno = format_.fd_error || fd < wire::pidfd_error;
  const int error = is_errno ? errno_of(fd) : fd == wire::no_fd ? ESRCH : EIO;
  return {error, boost::system::system_category()};
}

bool event_view::order_unknown() const noexcept
{
  const auto events = mask() & ~event_mask::all_modifiers;
  return std::popcount(to_underlying(events)) > 1 &&
         events != (event_mask::open | event_mask::open_exec) &&
         events != (event_mask::mnt_attach | event_mask::mnt_detach);
}

unique_fd event_view::take_fd(error_code& ec) const noexcept
{
  ec = {};
  const int number = fd();
  if (number < 0 || owner_ == nullptr)
  {
    ec = asio::error::bad_descriptor;
    return {};
  }
  if (!needs_response())
  {
    owner_->state_of(data_) |= detail::event_state::fd_gone;
    return unique_fd(number);
  }
  unique_fd copy(sys::duplicate(number));
  if (!copy)
  {
    ec.assign(errno, boost::system::system_category());
  }
  return copy;
}

unique_fd event_view::take_fd() const
{
  error_code ec;
  auto fd = take_fd(ec);
  detail::throw_on_error(ec, "fanio::event_view::take_fd");
  return fd;
}

unique_fd event_view::take_pidfd() const noexcept
{
  const int number = pidfd();
  if (number < 0 || owner_ == nullptr)
  {
    return {};
  }
  owner_->state_of(data_) |= detail::event_state::pidfd_gone;
  return unique_fd(number);
}

event event_view::take() const
{
  return event(*this);
}

} // namespace fanio

#include "event_parser.hpp"
#include <fanio/error.hpp>
#include <fanio/info_record.hpp>
#include <fanio/parse_events.hpp>

namespace fanio {

namespace wire = detail::wire;

namespace detail {

namespace {

/// Whether a file handle record holds its handle.
bool holds_handle(const std::byte* record, std::size_t length) noexcept
{
  return length >= wire::fid::handle &&
         wire::load<std::uint32_t>(record + wire::fid::handle_bytes) <= length - wire::fid::handle;
}

/// Whether the name behind a handle that its record holds has its terminator in the record.
bool holds_name(const std::byte* record, std::size_t length) noexcept
{
  const auto handle_bytes = wire::load<std::uint32_t>(record + wire::fid::handle_bytes);
  const auto* const name = record + wire::fid::handle + handle_bytes;
  const auto size = length - wire::fid::handle - handle_bytes;
  // Kernels fill the record up with zeros, so that its last byte is one: no need to search.
  return size > 0 && (name[size - 1] == std::byte{0} || std::memchr(name, 0, size) != nullptr);
}

/// Whether a record is as long as its kind needs. Longer is legal: kernels may add fields.
bool is_whole_record(const std::byte* record, std::size_t length) noexcept
{
  switch (info_record(record).type())
  {
  case info_type::fid:
  case info_type::dfid:
    return holds_handle(record, length);
  case info_type::dfid_name:
  case info_type::old_dfid_name:
  case info_type::new_dfid_name:
    return holds_handle(record, length) && holds_name(record, length);
  case info_type::pidfd:
    return length >= wire::pidfd::size;
  case info_type::error:
    return length >= wire::error::size;
  case info_type::range:
    return length >= wire::range::size;
  case info_type::mnt:
    return length >= wire::mount::size;
  }
  return true; // a kind of the future
}

bool are_whole_records(const std::byte* at, std::size_t left) noexcept
{
  while (left > 0)
  {
    if (left < wire::info::size)
    {
      return false;
    }
    const std::size_t length = wire::load<std::uint16_t>(at + wire::info::len);
    if (length < wire::info::size || length > left || !is_whole_record(at, length))
    {
      return false;
    }
    at += length;
    left -= length;
  }
  return true;
}

/// Checks the event at the start of some bytes, of which there are some left, and tells its length.
errc check_event(const std::byte* event, std::size_t left, std::size_t& length) noexcept
{
  if (left < wire::event::size)
  {
    return errc::malformed_event;
  }
  if (wire::load<std::uint8_t>(event + wire::event::vers) != wire::event::version)
  {
    return errc::unsupported_version;
  }
  length = wire::load<std::uint32_t>(event + wire::event::event_len);
  const std::size_t metadata = wire::load<std::uint16_t>(event + wire::event::metadata_len);
  const bool is_whole = metadata >= wire::event::size && length >= metadata && length <= left &&
                        are_whole_records(event + metadata, length - metadata);
  return is_whole ? errc{} : errc::malformed_event;
}

} // namespace

checked_events check_events(std::span<const std::byte> bytes) noexcept
{
  std::size_t at = 0;
  std::size_t count = 0;
  bool has_descriptors = false;
  while (at < bytes.size())
  {
    const auto* const event = bytes.data() + at;
    std::size_t length = 0;
    if (const auto problem = check_event(event, bytes.size() - at, length); problem != errc{})
    {
      return {at, count, has_descriptors, problem};
    }
    has_descriptors |= wire::load<std::int32_t>(event + wire::event::fd) >= 0;
    at += length;
    ++count;
  }
  return {at, count, has_descriptors, errc{}};
}

} // namespace detail

event_range parse_events(std::span<const std::byte> bytes, init_flags group,
                         error_code& ec) noexcept
{
  ec = {};
  const auto good = detail::check_events(bytes);
  if (good.problem != errc{})
  {
    ec = good.problem;
  }
  return {bytes.first(good.bytes), good.count, nullptr, detail::event_format(group)};
}

event_range parse_events(std::span<const std::byte> bytes, init_flags group)
{
  error_code ec;
  const auto events = parse_events(bytes, group, ec);
  detail::throw_on_error(ec, "fanio::parse_events");
  return events;
}

} // namespace fanio

#include "event_parser.hpp"
#include <fanio/error.hpp>
#include <fanio/parse_events.hpp>

namespace fanio {

namespace wire = detail::wire;

namespace detail {

namespace {

/// Whether a file handle record holds its handle, and its name a terminator.
bool is_whole_fid(std::span<const std::byte> record, bool named) noexcept
{
  if (record.size() < wire::fid::handle)
  {
    return false;
  }
  const auto handle_bytes = wire::load<std::uint32_t>(record.data() + wire::fid::handle_bytes);
  if (handle_bytes > record.size() - wire::fid::handle)
  {
    return false;
  }
  const auto name = record.subspan(wire::fid::handle + handle_bytes);
  return !named || std::memchr(name.data(), 0, name.size()) != nullptr;
}

/// Whether a record is as long as its kind needs. Longer is legal: kernels may add fields.
bool is_whole_record(std::span<const std::byte> record) noexcept
{
  switch (info_record(record.data()).type())
  {
  case info_type::fid:
  case info_type::dfid:
    return is_whole_fid(record, false);
  case info_type::dfid_name:
  case info_type::old_dfid_name:
  case info_type::new_dfid_name:
    return is_whole_fid(record, true);
  case info_type::pidfd:
    return record.size() >= wire::pidfd::size;
  case info_type::error:
    return record.size() >= wire::error::size;
  case info_type::range:
    return record.size() >= wire::range::size;
  case info_type::mnt:
    return record.size() >= wire::mount::size;
  }
  return true; // a kind of the future
}

bool are_whole_records(std::span<const std::byte> records) noexcept
{
  while (!records.empty())
  {
    if (records.size() < wire::info::size)
    {
      return false;
    }
    const std::size_t length = wire::load<std::uint16_t>(records.data() + wire::info::len);
    if (length < wire::info::size || length > records.size() ||
        !is_whole_record(records.first(length)))
    {
      return false;
    }
    records = records.subspan(length);
  }
  return true;
}

} // namespace

errc check_event(std::span<const std::byte> rest, std::size_t& length) noexcept
{
  if (rest.size() < wire::event::size)
  {
    return errc::malformed_event;
  }
  if (wire::load<std::uint8_t>(rest.data() + wire::event::vers) != wire::event::version)
  {
    return errc::unsupported_version;
  }
  length = wire::load<std::uint32_t>(rest.data() + wire::event::event_len);
  const std::size_t metadata = wire::load<std::uint16_t>(rest.data() + wire::event::metadata_len);
  if (metadata < wire::event::size || length < metadata || length > rest.size() ||
      !are_whole_records(rest.subspan(metadata, length - metadata)))
  {
    return errc::malformed_event;
  }
  return {};
}

} // namespace detail

event_range parse_events(std::span<const std::byte> bytes, init_flags group,
                         error_code& ec) noexcept
{
  ec = {};
  std::size_t at = 0;
  std::size_t count = 0;
  while (at < bytes.size())
  {
    std::size_t length = 0;
    if (const auto problem = detail::check_event(bytes.subspan(at), length); problem != errc{})
    {
      ec = problem;
      break;
    }
    at += length;
    ++count;
  }
  return {bytes.first(at), count, nullptr, detail::event_format(group)};
}

event_range parse_events(std::span<const std::byte> bytes, init_flags group)
{
  error_code ec;
  const auto events = parse_events(bytes, group, ec);
  detail::throw_on_error(ec, "fanio::parse_events");
  return events;
}

} // namespace fanio

#include "require.hpp"
#include <fanio/event.hpp>
#include <fanio/parse_events.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace {

using fuzz::require;

/// A view into an event must lie in the event.
void require_inside(std::span<const std::byte> outer, const void* data, std::size_t size)
{
  const auto* const begin = static_cast<const std::byte*>(data);
  require(size == 0 || (begin >= outer.data() && begin + size <= outer.data() + outer.size()));
}

void look_at_handle(const fanio::event_view& e,
                    const std::optional<fanio::file_handle_view>& handle)
{
  if (handle)
  {
    require_inside(e.bytes(), handle->bytes().data(), handle->bytes().size());
    if (handle->bytes().size() <= fanio::file_handle::max_bytes)
    {
      const fanio::file_handle copy(*handle);
      require(copy.view() == *handle && hash_value(copy) == hash_value(*handle));
    }
  }
}

void look_at_name(const fanio::event_view& e, const std::optional<std::string_view>& name)
{
  if (name)
  {
    require_inside(e.bytes(), name->data(), name->size() + 1);
    require(name->find('\0') == name->npos && name->data()[name->size()] == '\0');
  }
}

void look_at_records(const fanio::event_view& e)
{
  for (const auto& record : e.records())
  {
    require_inside(e.bytes(), record.bytes().data(), record.bytes().size());
    require_inside(record.bytes(), record.body().data(), record.body().size());
  }
}

/// Everything that can be asked of an event.
void look_at(const fanio::event_view& e)
{
  look_at_records(e);
  look_at_handle(e, e.fid());
  look_at_handle(e, e.dfid());
  look_at_handle(e, e.old_dfid());
  look_at_handle(e, e.new_dfid());
  look_at_name(e, e.name());
  look_at_name(e, e.old_name());
  look_at_name(e, e.new_name());
  static_cast<void>(e.lost().message());
  static_cast<void>(e.pidfd_error().message());
  static_cast<void>(to_string(e.mask()));
  static_cast<void>(e.error());
  static_cast<void>(e.range());
  static_cast<void>(e.mount_id());
  static_cast<void>(e.order_unknown());
  static_cast<void>(e.needs_response());
  static_cast<void>(e.fd());
  static_cast<void>(e.pidfd());
}

} // namespace

/// The first two bytes are flags of a group, the rest is what a read of it gave. The bytes so lie
/// at an address that is not aligned for any number in them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  std::uint16_t flags = 0;
  if (size < sizeof(flags))
  {
    return 0;
  }
  std::memcpy(&flags, data, sizeof(flags));
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(sizeof(flags));

  fanio::error_code ec;
  const auto events = fanio::parse_events(bytes, static_cast<fanio::init_flags>(flags), ec);
  require(ec.failed() == (events.bytes().size() < bytes.size()));

  std::size_t count = 0;
  std::size_t length = 0;
  for (const auto e : events)
  {
    look_at(e);
    const auto taken = e.take();
    look_at(taken);
    require(std::ranges::equal(taken.bytes(), e.bytes()));
    ++count;
    length += e.bytes().size();
  }
  require(count == events.size() && length == events.bytes().size());
  return 0;
}

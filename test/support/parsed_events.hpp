#pragma once

#include "event_bytes.hpp"
#include <fanio/error.hpp>
#include <fanio/parse_events.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>

namespace test {

/// Events parsed from a copy of bytes that lives as long as they do.
class parsed_events
{
public:
  explicit parsed_events(std::span<const std::byte> bytes, fanio::init_flags group = {},
                         std::size_t misalignment = 0)
      : bytes_(bytes, misalignment),
        events_(fanio::parse_events(bytes_, group, error_))
  {}

  parsed_events(const parsed_events&) = delete;
  parsed_events& operator=(const parsed_events&) = delete;

  /// Why parsing stopped.
  [[nodiscard]] const fanio::error_code& error() const noexcept { return error_; }

  [[nodiscard]] const fanio::event_range& events() const noexcept { return events_; }

  [[nodiscard]] std::size_t size() const noexcept { return events_.size(); }

  [[nodiscard]] fanio::event_view operator[](std::size_t i) const
  {
    BOOST_REQUIRE(i < size());
    return *std::ranges::next(events_.begin(), static_cast<std::ptrdiff_t>(i));
  }

  /// The event, of bytes that should be one and no more.
  [[nodiscard]] fanio::event_view only() const
  {
    BOOST_TEST(!error_, error_.message());
    BOOST_REQUIRE(size() == 1U);
    return (*this)[0];
  }

private:
  placed_bytes bytes_;
  fanio::error_code error_ = fanio::errc::already_open; // which success must clear
  fanio::event_range events_;
};

/// Calls everything that looks into an event, and reads every byte that it is given: so that a
/// sanitizer sees what is wrong with it. Returns a number that depends on all of it.
inline std::uint64_t look_at_everything(const fanio::event_view& e)
{
  std::uint64_t sum = 0;
  const auto add = [&sum](auto number) { sum = sum * 31 + static_cast<std::uint64_t>(number); };
  const auto add_bytes = [&](std::span<const std::byte> bytes)
  {
    add(std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0},
                        [](std::uint64_t n, std::byte b)
                        { return n * 31 + static_cast<std::uint64_t>(b); }));
  };
  const auto add_handle = [&](const std::optional<fanio::file_handle_view>& handle)
  {
    if (handle)
    {
      add(handle->is_valid());
      add(handle->type());
      add(fanio::hash_value(*handle));
      add_bytes(handle->bytes());
    }
  };
  const auto add_name = [&](const std::optional<std::string_view>& name)
  { add_bytes(std::as_bytes(std::span(name.value_or("")))); };

  add(fanio::to_underlying(e.mask()));
  add(e.pid());
  add(e.fd());
  add(e.pidfd());
  add(e.lost().value());
  add(e.pidfd_error().value());
  add(e.is_overflow());
  add(e.is_directory());
  add(e.is_permission());
  add(e.needs_response());
  add(e.order_unknown());
  add_handle(e.fid());
  add_handle(e.dfid());
  add_handle(e.old_dfid());
  add_handle(e.new_dfid());
  add_name(e.name());
  add_name(e.old_name());
  add_name(e.new_name());
  add(e.error().value_or(fanio::filesystem_error{}).error);
  add(e.error().value_or(fanio::filesystem_error{}).count);
  add(e.range().value_or(fanio::access_range{}).offset);
  add(e.range().value_or(fanio::access_range{}).count);
  add(e.mount_id().value_or(0));
  for (const fanio::info_record record : e.records())
  {
    add(record.type());
    add_bytes(record.bytes());
    add_bytes(record.body());
  }
  add_bytes(e.bytes());
  return sum;
}

} // namespace test

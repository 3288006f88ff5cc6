#pragma once

#include <fanio/detail/wire.hpp>
#include <fanio/error.hpp>

#include <cstddef>
#include <span>

namespace fanio::detail {

/// The events at the start of some bytes that are good, so that everything after can read them
/// unchecked.
struct checked_events
{
  std::size_t bytes = 0;
  std::size_t count = 0;
  bool has_descriptors = false; ///< An event has one, of its object.
  errc problem{};               ///< Of what follows them; none if nothing does.
};

[[nodiscard]] checked_events check_events(std::span<const std::byte> bytes) noexcept;

} // namespace fanio::detail

#pragma once

#include <fanio/detail/wire.hpp>
#include <fanio/error.hpp>

#include <cstddef>
#include <span>

namespace fanio::detail {

/// Checks the event at the start of `rest`, so that everything after can read it unchecked, and
/// tells its length. `errc{}` if it is good.
[[nodiscard]] errc check_event(std::span<const std::byte> rest, std::size_t& length) noexcept;

} // namespace fanio::detail

#pragma once

#include <fanio/detail/wire.hpp>
#include <fanio/error.hpp>
#include <fanio/init_flags.hpp>

#include <cstddef>
#include <span>

namespace fanio::detail {

/// Checks the event at the start of `rest`, so that everything after can read it unchecked, and
/// tells its length. `errc{}` if it is good.
[[nodiscard]] errc check_event(std::span<const std::byte> rest, std::size_t& length) noexcept;

/// Whether a group of these flags labels the parent's handle as the object's: an info record of
/// type FID in a group of FAN_REPORT_DIR_FID alone holds the directory of the object (seen on
/// 6.18), and so does none in other groups.
[[nodiscard]] bool is_dir_fid_only(init_flags group) noexcept;

} // namespace fanio::detail

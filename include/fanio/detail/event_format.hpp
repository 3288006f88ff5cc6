#pragma once

#include <fanio/init_flags.hpp>

namespace fanio::detail {

/// What the flags of a group say about the bytes of its events.
struct event_format
{
  event_format() noexcept = default;

  explicit event_format(init_flags group) noexcept
      : dir_fid_only((group & init_flags::all_fid_bits) == init_flags::report_dir_fid),
        fd_error(has_any(group, init_flags::report_fd_error))
  {}

  /// FAN_REPORT_DIR_FID alone: a record of type FID holds the directory of the object (seen on
  /// 6.18), and so it does in no other group.
  bool dir_fid_only = false;

  /// FAN_REPORT_FD_ERROR: a negative descriptor is an errno, and -1 is EPERM.
  bool fd_error = false;
};

} // namespace fanio::detail

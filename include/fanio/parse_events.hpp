#pragma once

#include <fanio/event_range.hpp>
#include <fanio/init_flags.hpp>

#include <cstddef>
#include <span>

namespace fanio {

/// Parses bytes as read(2) of a fanotify group gives them. A pure function: no kernel, no system
/// call, no allocation; any bytes at any alignment are harmless.
///
/// The views borrow `bytes`. Descriptor numbers in them are numbers: nothing owns or closes them,
/// and nothing can be answered.
///
/// `group` are the flags of the group, of which two things are needed: with `report_dir_fid` alone
/// the kernel labels a parent's handle as the object's, and with `report_fd_error` a descriptor of
/// -1 is an error and not "none".
///
/// Longer metadata, longer records, unknown kinds of record and unknown bits are passed through.
///
/// *Errors*: `errc::unsupported_version` for a metadata version other than 3;
/// `errc::malformed_event` for an event or a record that is cut off or contradicts itself. The
/// events before the bad one are returned.
[[nodiscard]] FANIO_API event_range parse_events(std::span<const std::byte> bytes, init_flags group,
                                                 error_code& ec) noexcept;

/// As above, and throws `boost::system::system_error`.
[[nodiscard]] FANIO_API event_range parse_events(std::span<const std::byte> bytes,
                                                 init_flags group = {});

} // namespace fanio

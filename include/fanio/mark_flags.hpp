#pragma once

#include <fanio/detail/flag_set.hpp>

#include <cstdint>

namespace fanio {

/// What a mark is put on. In the kernel's flag word this is a field of two bits, not two flags:
/// `mntns` has the bits of both `mount` and `filesystem`.
enum class mark_target : std::uint32_t
{
  inode = 0x0,        ///< One file or directory, by whatever name. 2.6.37
  mount = 0x10,       ///< All that is reached through one mount. Privileged. 2.6.37
  filesystem = 0x100, ///< A whole filesystem, by whatever mount. Privileged. 4.20
  mntns = 0x110,      ///< A mount namespace, in report_mnt groups. Privileged. 6.15
};

/// "inode", "mount", "filesystem", "mntns", else the number.
[[nodiscard]] FANIO_API std::string to_string(mark_target target);

/// Reads what `to_string` writes, in any case, also "FAN_MARK_MOUNT".
/// *Errors*: `errc::unknown_flag_name`.
[[nodiscard]] FANIO_API mark_target parse_mark_target(std::string_view text, error_code& ec);

/// The flags of fanotify_mark(2), but for the target.
enum class mark_flags : std::uint32_t
{
  none = 0,

  add = 0x1,                  ///< The command: add to a mark, or make it.
  remove = 0x2,               ///< The command: remove from a mark; an empty mark is gone.
  flush = 0x80,               ///< The command: remove all marks of one target.
  dont_follow = 0x4,          ///< Mark a symbolic link itself. No events come from following it.
  onlydir = 0x8,              ///< Refuse what is no directory (ENOTDIR).
  ignored_mask = 0x20,        ///< The mask is ignored instead, in the old way. 2.6.37
  ignored_surv_modify = 0x40, ///< The ignore mask survives a modification. 2.6.37
  evictable = 0x200,          ///< The mark does not pin its inode, and may vanish. 5.19
  ignore = 0x400, ///< The mask is ignored instead; it minds ondir and event_on_child. 6.0
  ignore_surv = ignore | ignored_surv_modify,

  all_commands = add | remove | flush,
};

template <>
inline constexpr bool detail::enable_flag_set<mark_flags> = true;

} // namespace fanio

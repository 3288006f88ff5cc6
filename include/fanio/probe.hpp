#pragma once

#include <fanio/event_mask.hpp>
#include <fanio/init_flags.hpp>
#include <fanio/mark_flags.hpp>
#include <fanio/response.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace fanio {

/// Whether something can be had.
enum class support : std::uint8_t
{
  no,            ///< This kernel does not know it.
  not_permitted, ///< This user may not use it. Of group flags the kernel then tells no more.
  yes,           ///< It works.
};

/// "no", "not permitted", "yes".
[[nodiscard]] FANIO_API std::string to_string(support s);

/// One thing that was asked for.
template <typename T>
struct probed
{
  T what;
  support result;
};

/// The limits that hold for this user. Absent where /proc does not tell.
struct fanotify_limits
{
  std::optional<std::uint64_t> max_queued_events;    ///< Events in the queue of one group.
  std::optional<std::uint64_t> max_user_groups;      ///< Groups a user, root too.
  std::optional<std::uint64_t> max_user_marks;       ///< Marks a user.
  std::optional<std::uint64_t> max_namespace_groups; ///< Groups a user in this user namespace.
  std::optional<std::uint64_t> max_namespace_marks;  ///< Marks a user in this user namespace.
  std::optional<std::uint64_t>
      watchdog_timeout; ///< Seconds until a late answer is logged; 0: never.
  std::optional<std::uint64_t> max_descriptors; ///< Of this process (RLIMIT_NOFILE).
};

/// What this process may do. Of the effective capabilities only those that matter here.
struct privileges
{
  bool in_initial_user_namespace = false;
  bool sys_admin = false;       ///< Everything, if in the initial user namespace.
  bool dac_read_search = false; ///< Opening files by handle.
  bool audit_write = false;     ///< enable_audit.
};

/// What this kernel and this user can do.
struct probe_report
{
  bool in_kernel = false; ///< Whether there is fanotify at all.

  std::vector<probed<init_flags>> groups;   ///< Each init flag, with what it needs beside it.
  std::vector<probed<mark_target>> targets; ///< Each kind of mark.
  std::vector<probed<mark_flags>> marks;    ///< Each flag of a mark.
  std::vector<probed<event_mask>> events;   ///< Each event, in the group that it needs.
  std::vector<probed<response>> responses;  ///< Each form of response.

  fanotify_limits limits;
  fanio::privileges privileges;

  [[nodiscard]] FANIO_API support of(init_flags flag) const noexcept;
  [[nodiscard]] FANIO_API support of(mark_target target) const noexcept;
  [[nodiscard]] FANIO_API support of(mark_flags flag) const noexcept;
  [[nodiscard]] FANIO_API support of(event_mask event) const noexcept;
  [[nodiscard]] FANIO_API support of(const response& form) const noexcept;
};

/// Asks the kernel what it can do, never by its version, for features were ported back. Groups are
/// opened and closed again; nothing is marked, nothing waits. Some hundred system calls.
///
/// Whether a certain filesystem can be marked is not told by this: that needs a real mark.
///
/// *Errors*: none but `std::bad_alloc`; what can't be asked (no descriptor or no group left) is
/// told as `not_permitted`.
[[nodiscard]] FANIO_API probe_report probe();

} // namespace fanio

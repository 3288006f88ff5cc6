#pragma once

#include <fanio/detail/config.hpp>
#include <fanio/event_mask.hpp>
#include <fanio/file_flags.hpp>
#include <fanio/init_flags.hpp>
#include <fanio/location.hpp>
#include <fanio/mark_flags.hpp>

/// Why the kernel refused: asked after it did, never before. What fits no rule stays the errno.
namespace fanio::detail {

/// Explains what fanotify_init(2) failed with.
[[nodiscard]] FANIO_API error_code explain_init(int error, init_flags flags,
                                                file_flags files) noexcept;

/// The arguments of a call of fanotify_mark(2), and the flags of its group.
struct mark_call
{
  int group_fd;
  init_flags group;
  mark_flags flags;
  mark_target target;
  event_mask mask;
  const location& where;
};

/// Explains what fanotify_mark(2) failed with.
[[nodiscard]] FANIO_API error_code explain_mark(int error, const mark_call& call) noexcept;

} // namespace fanio::detail

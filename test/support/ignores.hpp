#pragma once

#include <fanio/basic_fanotify_handle.hpp>

#include <initializer_list>

namespace test {

/// The older ignore, which survives modifications.
inline constexpr auto older_ignore =
    fanio::mark_flags::ignored_mask | fanio::mark_flags::ignored_surv_modify;

/// The two kinds of ignore that survive modifications.
inline constexpr std::initializer_list<fanio::mark_flags> surviving_ignores{
    older_ignore, fanio::mark_flags::ignore_surv};

/// Ignores openings of an object, also of children or of directories if `modifiers` says so. The
/// older kind has no modifiers of its own: it minds those in the mask of the same mark.
inline void ignore_openings(fanio::fanotify_handle& group, const fanio::location& where,
                            fanio::mark_target target, fanio::event_mask modifiers,
                            fanio::mark_flags kind)
{
  using fanio::event_mask;
  using fanio::mark_flags;
  if (has_any(kind, mark_flags::ignore))
  {
    group.ignore(where, event_mask::open | modifiers, target, kind);
    return;
  }
  if (modifiers != event_mask::none)
  {
    group.add_mark(where, modifiers, target, kind & mark_flags::evictable);
  }
  group.ignore(where, event_mask::open, target, kind);
}

} // namespace test

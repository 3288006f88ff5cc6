#pragma once

#include <fanio/event_mask.hpp>
#include <fanio/file_flags.hpp>
#include <fanio/mark_flags.hpp>

/// All the bits that this build has names for.
namespace fanio::detail {

inline constexpr event_mask known_events =
    event_mask::access | event_mask::modify | event_mask::attrib | event_mask::close |
    event_mask::open | event_mask::move | event_mask::create | event_mask::delete_ |
    event_mask::delete_self | event_mask::move_self | event_mask::open_exec |
    event_mask::q_overflow | event_mask::fs_error | event_mask::all_permission |
    event_mask::mnt_attach | event_mask::mnt_detach | event_mask::rename |
    event_mask::all_modifiers;

inline constexpr mark_flags known_mark_flags = mark_flags::all_commands | mark_flags::dont_follow |
                                               mark_flags::onlydir | mark_flags::ignored_mask |
                                               mark_flags::ignored_surv_modify |
                                               mark_flags::evictable | mark_flags::ignore;

inline constexpr file_flags known_file_flags =
    file_flags::access_mode | file_flags::append | file_flags::nonblock | file_flags::dsync |
    file_flags::sync | file_flags::largefile | file_flags::noatime | file_flags::cloexec;

} // namespace fanio::detail

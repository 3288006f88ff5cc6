#pragma once

#include <fanio/file_flags.hpp>
#include <fanio/init_flags.hpp>
#include <fanio/response.hpp>

#include <cstddef>

namespace fanio {

/// What a handle does with permission requests beyond what it is told to do. The part of the
/// options that also an adopted group has.
struct permission_policy
{
  /// How a request is answered that ends its life unanswered. `deny` makes the group fail-closed:
  /// `close` then removes the marks and denies what is unanswered or unread before the kernel
  /// would allow it, as it does when a process dies.
  verdict default_verdict = verdict::allow;

  /// Requests of this very process are allowed by the read itself; the events are still seen. So
  /// threads that open watched files wait for no handler. A read must be outstanding, and a thread
  /// that both reads and opens still waits for itself.
  bool allow_own_process = true;

  /// So many descriptors are kept back and made free for each read of a permission group, which
  /// then brings no more events than fit into them: where the kernel finds no free descriptor, it
  /// denies the access. Costs a system call or two a descriptor and read. 0: none; at most 1024.
  std::size_t reserved_descriptors = 0;
};

/// How a group is opened.
///
/// *Example*:
/// ```
/// fanio::fanotify_handle group(context,
///     {.flags = fanio::init_flags::class_content, .default_verdict = fanio::verdict::deny});
/// ```
struct group_options
{
  /// The flags of fanotify_init(2); `cloexec` and `nonblock` are always added.
  init_flags flags = init_flags::class_notif;

  /// How the descriptors of events are opened; `cloexec` is always added.
  file_flags event_files = file_flags::rdonly | file_flags::largefile;

  /// See `permission_policy`.
  verdict default_verdict = permission_policy{}.default_verdict;
  bool allow_own_process = permission_policy{}.allow_own_process;
  std::size_t reserved_descriptors = permission_policy{}.reserved_descriptors;

  /// Permission groups get `unlimited_queue`: a limited queue that is full lets accesses pass
  /// without asking. True leaves the limit.
  bool limited_queue = false;

  /// Groups that report fds get `report_fd_error` where kernel and user allow it: an event whose
  /// file can't be opened is then told (`event_view::lost`), not dropped.
  bool report_lost_events = true;
};

} // namespace fanio

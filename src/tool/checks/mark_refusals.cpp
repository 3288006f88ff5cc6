// Marks that there are not.

#include "expect.hpp"
#include "needs.hpp"

#include <array>
#include <initializer_list>

#include <fcntl.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

constexpr auto on_inode = mark_target::inode;
constexpr auto on_mount = mark_target::mount;
constexpr auto on_filesystem = mark_target::filesystem;

constexpr std::initializer_list<mark_target> all_targets = {on_inode, on_mount, on_filesystem};

constexpr std::initializer_list<event_mask> handle_events = {
    event_mask::attrib,   event_mask::create,      event_mask::delete_,  event_mask::moved_from,
    event_mask::moved_to, event_mask::delete_self, event_mask::move_self};

constexpr std::initializer_list<event_mask> asking_events = {
    event_mask::open_perm, event_mask::access_perm, event_mask::open_exec_perm};

void only_directories_are_marked(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  group.add_mark(here.directory(), event_mask::open, on_inode, mark_flags::onlydir);
  expect_no_mark(group, here.write("file"), event_mask::open, errc::not_a_directory, on_inode,
                 mark_flags::onlydir);
}

void some_events_need_handles(trial& here)
{
  auto group = here.open(init_flags::class_notif);
  for (const auto event : handle_events)
  {
    expect_no_mark(group, here.directory(), event, errc::event_needs_fid_group);
  }
}

void some_events_are_not_for_mounts(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  for (const auto event : handle_events)
  {
    expect_no_mark(group, here.directory(), event, errc::event_not_on_mount, on_mount);
  }
}

void renames_need_names(trial& here)
{
  auto group = here.open(init_flags::report_dir_fid | init_flags::report_fid);
  expect_no_mark(group, here.directory(), event_mask::rename, errc::rename_needs_report_name);
}

void a_file_ignores_nothing_of_directories(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_dfid_name);
  for (const auto mask :
       {event_mask::create | event_mask::delete_ | event_mask::move, event_mask::rename,
        event_mask::open | event_mask::ondir, event_mask::open | event_mask::event_on_child})
  {
    expect_no_mark(group, file, mask, errc::event_needs_directory, on_inode,
                   mark_flags::ignore_surv);
    group.ignore(here.directory(), mask);
  }
}

void an_ignore_that_ends_is_for_files(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  const auto refuse = [&](mark_target target, errc why)
  { expect_no_mark(group, here.directory(), event_mask::open, why, target, mark_flags::ignore); };
  refuse(on_inode, errc::ignore_on_directory);
  refuse(on_mount, errc::ignore_needs_surv_modify);
  refuse(on_filesystem, errc::ignore_needs_surv_modify);
}

void pipes_are_on_no_mount(trial& here)
{
  std::array<int, 2> ends{};
  expect(::pipe2(ends.data(), O_CLOEXEC) == 0, "there is no pipe to be had");
  const unique_fd in(ends[0]);
  const unique_fd out(ends[1]);
  auto group = here.open(init_flags::class_notif);
  for (const auto target : {on_mount, on_filesystem})
  {
    expect_no_mark(group, location::of_fd(in.get()), event_mask::open,
                   errc::no_mark_on_pseudo_filesystem, target);
  }
}

void permission_needs_a_class(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::class_notif);
  for (const auto event : asking_events)
  {
    expect_no_mark(group, file, event, errc::permission_needs_content_class);
  }
}

void pre_access_needs_its_class(trial& here)
{
  const auto file = here.write("file");
  for (const auto flags : {init_flags::class_notif, init_flags::class_content})
  {
    auto group = here.open(flags);
    expect_no_mark(group, file, event_mask::pre_access, errc::pre_access_needs_pre_content);
  }
}

void wrong_words_are_refused(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  const auto refuse = [&](mark_flags flags, event_mask mask, errc why)
  {
    error_code ec;
    group.mark(flags, on_inode, mask, here.directory(), ec);
    expect_refusal(why, ec);
  };
  using enum mark_flags;
  refuse(add, {}, errc::empty_mask);
  refuse(remove, {}, errc::empty_mask);
  refuse(none, event_mask::open, errc::one_command);
  refuse(add | remove, event_mask::open, errc::one_command);
  refuse(flush | onlydir, {}, errc::flush_takes_target_only);
  refuse(add | mark_flags{1U << 31}, event_mask::open, errc::unknown_mark_flag);
  refuse(add, event_mask{1ULL << 63} | event_mask::open, errc::unknown_event);
  refuse(add, event_mask::q_overflow, errc::overflow_is_output_only);
}

void a_mark_that_is_not_there_stays_so(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  error_code ec;
  group.remove_mark(here.directory(), event_mask::open, ec);
  expect_refusal(errc::no_such_mark, ec);
}

void only_inode_marks_are_evictable(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  for (const auto target : {on_mount, on_filesystem})
  {
    expect_no_mark(group, here.directory(), event_mask::open, errc::evictable_needs_inode_mark,
                   target, mark_flags::evictable);
  }
}

void there_is_one_way_to_ignore(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  expect_no_mark(group, here.write("file"), event_mask::open, errc::both_ignore_flags, on_inode,
                 mark_flags::ignored_mask | mark_flags::ignore_surv);
}

void procfs_is_never_asked_for(trial& here)
{
  auto group = here.open(init_flags::class_content);
  for (const auto event : asking_events)
  {
    expect_no_mark(group, "/proc/self/status", event, errc::no_permission_on_filesystem);
  }
}

void filesystem_errors_need_a_filesystem_mark(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  for (const auto target : {on_inode, on_mount})
  {
    expect_no_mark(group, here.directory(), event_mask::fs_error,
                   errc::fs_error_needs_filesystem_mark, target);
  }
  auto of_descriptors = here.open(init_flags::class_notif);
  for (const auto target : all_targets)
  {
    expect_no_mark(of_descriptors, here.directory(), event_mask::fs_error,
                   errc::event_needs_fid_group, target);
  }
}

void others_mounts_are_not_marked(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  for (const auto target : {on_mount, on_filesystem})
  {
    expect_no_mark(group, here.directory(), event_mask::open, errc::mark_needs_privilege, target);
  }
}

} // namespace

std::span<const check> mark_refusal_checks() noexcept
{
  static constexpr std::array checks{
      check{"C01", "a mark for directories only refuses a file", handles,
            only_directories_are_marked},
      check{"M06", "events that need file handles are refused without", root,
            some_events_need_handles},
      check{"M07", "the same are refused on mounts", root, some_events_are_not_for_mounts},
      check{"M08", "renames are refused without names", renames, renames_need_names},
      check{"M11", "a file's ignore mask takes nothing that is for directories", ignores,
            a_file_ignores_nothing_of_directories},
      check{"M12", "an ignore mask that a modification ends is for files", privileged_ignores,
            an_ignore_that_ends_is_for_files},
      check{"M13", "a pipe has no mount or filesystem to mark", root, pipes_are_on_no_mount},
      check{"M14", "permission events are refused without their class", permission_events,
            permission_needs_a_class},
      check{"M15", "pre-content events are refused without their class", pre_content_events,
            pre_access_needs_its_class},
      check{"M16", "words that mean nothing are refused", handles, wrong_words_are_refused},
      check{"M17", "a mark that is not there can't be removed", handles,
            a_mark_that_is_not_there_stays_so},
      check{"M18", "evictable marks are refused on mounts and filesystems",
            privileged_evictable_marks, only_inode_marks_are_evictable},
      check{"M19", "the two ways to ignore exclude each other", ignores,
            there_is_one_way_to_ignore},
      check{"M20", "permission events are refused in procfs", permission_events,
            procfs_is_never_asked_for},
      check{"M21", "filesystem errors are refused on files and mounts", filesystem_errors,
            filesystem_errors_need_a_filesystem_mark},
      check{"Q04", "an ordinary user marks no mount and no filesystem", ordinary_user,
            others_mounts_are_not_marked},
  };
  return checks;
}

} // namespace fanio::tool

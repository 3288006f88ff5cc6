// M. Combinations that are refused whatever the filesystem, and the rule that the error names.

#include "support/refused.hpp"
#include "support/scenario.hpp"
#include <fanio/error.hpp>

#include <initializer_list>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace utf = boost::unit_test;
using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::location;
using fanio::mark_flags;
using fanio::mark_target;
using test::check_add_refused;
using test::check_refused;

namespace {

using enum init_flags;

constexpr auto on_inode = mark_target::inode;
constexpr auto on_mount = mark_target::mount;
constexpr auto on_filesystem = mark_target::filesystem;

constexpr std::initializer_list<event_mask> handle_events = {
    event_mask::attrib,   event_mask::create,      event_mask::delete_,  event_mask::moved_from,
    event_mask::moved_to, event_mask::delete_self, event_mask::move_self};

constexpr std::initializer_list<event_mask> permission_events = {
    event_mask::open_perm, event_mask::access_perm, event_mask::open_exec_perm};

/// What is for directories only: in some groups, and in ignore masks.
constexpr std::initializer_list<event_mask> directory_masks = {
    event_mask::create | event_mask::delete_ | event_mask::move, event_mask::rename,
    event_mask::open | event_mask::ondir, event_mask::open | event_mask::event_on_child};

struct refusals_fixture : test::scenario
{
  test::mount_point fs = test::private_tmpfs();
  std::filesystem::path file = fs.write("file");

  void check_group_refused(init_flags flags, errc why)
  {
    BOOST_TEST_CONTEXT(to_string(flags))
    {
      fanotify_handle group(context);
      error_code ec;
      group.open({.flags = flags}, ec);
      BOOST_TEST(ec == why);
      BOOST_TEST((ec == boost::system::errc::invalid_argument));
      BOOST_TEST(!group.is_open());
    }
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(refusals, refusals_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(M01_permission_classes_report_no_handles)
{
  check_group_refused(class_content | report_fid, errc::fid_in_permission_class);
  check_group_refused(class_pre_content | report_fid, errc::fid_in_permission_class);
}

BOOST_AUTO_TEST_CASE(M02_names_need_directories)
{
  check_group_refused(report_name, errc::name_without_dir_fid);
  check_group_refused(report_fid | report_name, errc::name_without_dir_fid);
}

BOOST_AUTO_TEST_CASE(M03_targets_need_handles_directories_and_names)
{
  check_group_refused(report_target_fid | report_dfid_name, errc::target_fid_without_fid_name);
  check_group_refused(report_target_fid | report_dir_fid | report_fid,
                      errc::target_fid_without_fid_name);
}

BOOST_AUTO_TEST_CASE(M04_pidfds_and_thread_ids_together_are_refused_or_work)
{
  fanotify_handle group(context);
  error_code ec;
  group.open({.flags = report_pidfd | report_tid}, ec);
  BOOST_TEST((!ec || ec == errc::pidfd_with_tid)); // 7.2 takes them
  BOOST_TEST(group.is_open() == !ec);
}

BOOST_AUTO_TEST_CASE(M05_pidfds_go_with_handles_and_names)
{
  const auto group = open(report_pidfd | report_fid | report_dfid_name);
  BOOST_TEST(has_all(group.flags(), report_pidfd | report_fid | report_dfid_name));
}

BOOST_AUTO_TEST_CASE(M06_some_events_need_a_group_of_handles)
{
  auto group = open(class_notif);
  for (const auto event : handle_events)
  {
    for (const auto target : test::file_targets)
    {
      check_add_refused(group, file, event, target, errc::event_needs_fid_group);
    }
  }
}

BOOST_AUTO_TEST_CASE(M07_the_same_events_are_not_for_mount_marks)
{
  auto group = open(report_fid);
  for (const auto event : handle_events)
  {
    check_add_refused(group, file, event, on_mount, errc::event_not_on_mount);
  }
}

BOOST_AUTO_TEST_CASE(M08_rename_needs_names)
{
  auto group = open(report_dir_fid | report_fid);
  for (const auto target : {on_inode, on_filesystem})
  {
    check_add_refused(group, fs.path(), event_mask::rename, target, errc::rename_needs_report_name);
  }
}

BOOST_AUTO_TEST_CASE(M09_onlydir_refuses_a_file)
{
  for (const auto flags : {class_notif, report_fid})
  {
    auto group = open(flags);
    check_add_refused(group, file, event_mask::open, on_inode, errc::not_a_directory,
                      mark_flags::onlydir);
  }
}

BOOST_AUTO_TEST_CASE(M11_an_ignore_on_a_file_takes_nothing_that_is_for_directories)
{
  for (const auto mask : directory_masks)
  {
    auto group = open(report_dfid_name);
    check_add_refused(group, file, mask, on_inode, errc::event_needs_directory,
                      mark_flags::ignore_surv);
    group.ignore(fs.path(), mask);
    group.ignore(file, mask, on_filesystem);
  }
}

BOOST_AUTO_TEST_CASE(M11_nor_does_a_mark_on_a_file_in_a_group_of_targets)
{
  for (const auto mask : directory_masks)
  {
    auto group = open(report_dfid_name_target);
    check_add_refused(group, file, mask, on_inode, errc::event_needs_directory);
    group.add_mark(fs.path(), mask);
    group.add_mark(file, mask, on_filesystem);
  }
}

BOOST_AUTO_TEST_CASE(M12_an_ignore_that_ends_with_a_modification_is_for_files)
{
  for (const auto flags : {class_notif, report_fid})
  {
    auto group = open(flags);
    const auto ignore = mark_flags::ignore;
    check_add_refused(group, fs.path(), event_mask::open, on_inode, errc::ignore_on_directory,
                      ignore);
    for (const auto target : {on_mount, on_filesystem})
    {
      check_add_refused(group, fs.path(), event_mask::open, target, errc::ignore_needs_surv_modify,
                        ignore);
    }
    group.ignore(file, event_mask::open, on_inode, ignore);
  }
}

BOOST_AUTO_TEST_CASE(M13_what_is_on_no_mounted_filesystem_has_none_to_mark)
{
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const fanio::unique_fd in(ends[0]);
  const fanio::unique_fd out(ends[1]);
  const fanio::unique_fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const fanio::unique_fd event(::eventfd(0, EFD_CLOEXEC));
  const fanio::unique_fd memory(::memfd_create("memory", MFD_CLOEXEC));
  for (const int fd : {in.get(), socket.get(), event.get(), memory.get()})
  {
    const auto path = "/proc/self/fd/" + std::to_string(fd);
    for (const auto flags : {class_notif, report_fid})
    {
      auto group = open(flags);
      for (const auto target : {on_mount, on_filesystem})
      {
        for (const auto& where : {location::of_fd(fd), location(path)})
        {
          check_add_refused(group, where, event_mask::open, target,
                            errc::no_mark_on_pseudo_filesystem);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(M14_permission_events_need_a_permission_class)
{
  for (const auto flags : {class_notif, report_fid})
  {
    auto group = open(flags);
    for (const auto event : permission_events)
    {
      for (const auto target : test::file_targets)
      {
        check_add_refused(group, file, event, target, errc::permission_needs_content_class);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(M15_pre_access_needs_the_class_before_content,
                     *utf::precondition(test::has<event_mask::pre_access>))
{
  for (const auto flags : {class_notif, class_content})
  {
    auto group = open(flags);
    for (const auto target : test::file_targets)
    {
      check_add_refused(group, file, event_mask::pre_access, target,
                        errc::pre_access_needs_pre_content);
    }
  }
}

BOOST_AUTO_TEST_CASE(M16_what_is_wrong_with_the_words_themselves)
{
  struct wrong
  {
    test::mark_words words;
    errc why;
  };

  const auto add = mark_flags::add;
  const auto remove = mark_flags::remove;
  const std::vector<wrong> rows = {
      {{add, on_inode, {}}, errc::empty_mask},
      {{remove, on_inode, {}}, errc::empty_mask},
      {{mark_flags::none, on_inode, event_mask::open}, errc::one_command},
      {{add | remove, on_inode, event_mask::open}, errc::one_command},
      {{mark_flags::flush | mark_flags::onlydir, on_inode, {}}, errc::flush_takes_target_only},
      {{add | mark_flags{0x8000}, on_inode, event_mask::open}, errc::unknown_mark_flag},
      {{add, on_inode, event_mask{1ULL << 32}}, errc::unknown_event},
      {{add, on_inode, event_mask{1ULL << 63} | event_mask::open}, errc::unknown_event},
      {{add, on_inode, event_mask::q_overflow}, errc::overflow_is_output_only},
  };
  for (const auto flags : {class_notif, report_fid})
  {
    auto group = open(flags);
    for (const auto& row : rows)
    {
      check_refused(group, row.words, file, row.why);
    }
  }
}

BOOST_AUTO_TEST_CASE(M17_what_is_not_marked_can_not_be_removed)
{
  auto group = open(report_fid);
  group.add_mark(fs.path(), event_mask::open);
  for (const auto target : test::file_targets)
  {
    check_refused(group, {mark_flags::remove, target, event_mask::open}, file, errc::no_such_mark);
  }
}

BOOST_AUTO_TEST_CASE(M18_only_inode_marks_are_evictable)
{
  auto group = open(report_fid);
  for (const auto target : {on_mount, on_filesystem})
  {
    check_add_refused(group, file, event_mask::open, target, errc::evictable_needs_inode_mark,
                      mark_flags::evictable);
  }
}

BOOST_AUTO_TEST_CASE(M19_the_two_ways_to_ignore_exclude_each_other)
{
  auto group = open(report_fid);
  check_add_refused(group, file, event_mask::open, on_inode, errc::both_ignore_flags,
                    mark_flags::ignored_mask | mark_flags::ignore_surv);
}

BOOST_AUTO_TEST_CASE(M20_procfs_is_never_asked_for)
{
  for (const auto group_class : {class_content, class_pre_content})
  {
    auto group = open(group_class);
    for (const auto event : permission_events)
    {
      for (const auto target : test::file_targets)
      {
        check_add_refused(group, "/proc/self/status", event, target,
                          errc::no_permission_on_filesystem);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(M21_filesystem_errors_need_a_filesystem_mark_and_handles)
{
  auto group = open(report_fid);
  for (const auto target : {on_inode, on_mount})
  {
    check_add_refused(group, fs.path(), event_mask::fs_error, target,
                      errc::fs_error_needs_filesystem_mark);
  }
  auto of_fds = open(class_notif);
  for (const auto target : test::file_targets)
  {
    check_add_refused(of_fds, fs.path(), event_mask::fs_error, target, errc::event_needs_fid_group);
  }
}

BOOST_AUTO_TEST_CASE(M23_what_is_no_group_can_not_be_marked)
{
  auto group = open(report_fid);
  const int number = group.native_handle();
  const fanio::unique_fd kept(::fcntl(number, F_DUPFD_CLOEXEC, 0));
  const fanio::unique_fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  error_code ec;

  ::dup3(null.get(), number, O_CLOEXEC);
  group.add_mark(file, event_mask::open, ec);
  BOOST_TEST(ec == errc::not_a_fanotify_group);
  BOOST_TEST((ec == boost::system::errc::invalid_argument));

  ::close(number);
  group.add_mark(file, event_mask::open, ec);
  BOOST_TEST((ec == boost::system::errc::bad_file_descriptor));

  ::dup3(kept.get(), number, O_CLOEXEC);
  group.add_mark(file, event_mask::open);
  group.close();
  group.add_mark(file, event_mask::open, ec);
  BOOST_TEST((ec == boost::system::errc::bad_file_descriptor));
}

BOOST_AUTO_TEST_SUITE_END()

// fanio's constants against the numbers of the kernel's interface, written out a second time:
// the headers of the build host may be too old to compare with.

#include <fanio/event_mask.hpp>
#include <fanio/file_flags.hpp>
#include <fanio/info_record.hpp>
#include <fanio/init_flags.hpp>
#include <fanio/mark_flags.hpp>
#include <fanio/response.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <utility>
#include <vector>

#include <fcntl.h>

using fanio::event_mask;
using fanio::file_flags;
using fanio::info_type;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;
using fanio::response_flags;

namespace {

template <typename Flags>
using table = std::vector<std::pair<Flags, std::uint64_t>>;

template <typename Flags>
void check(const table<Flags>& values)
{
  for (const auto& [ours, kernels] : values)
  {
    BOOST_TEST_CONTEXT("the constant that should be " << kernels)
    {
      BOOST_TEST(static_cast<std::uint64_t>(ours) == kernels);
    }
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(flag_values)

BOOST_AUTO_TEST_CASE(event_bits_are_the_kernels)
{
  check<event_mask>({
      {event_mask::none, 0},
      {event_mask::access, 0x1},
      {event_mask::modify, 0x2},
      {event_mask::attrib, 0x4},
      {event_mask::close_write, 0x8},
      {event_mask::close_nowrite, 0x10},
      {event_mask::open, 0x20},
      {event_mask::moved_from, 0x40},
      {event_mask::moved_to, 0x80},
      {event_mask::create, 0x100},
      {event_mask::delete_, 0x200},
      {event_mask::delete_self, 0x400},
      {event_mask::move_self, 0x800},
      {event_mask::open_exec, 0x1000},
      {event_mask::q_overflow, 0x4000},
      {event_mask::fs_error, 0x8000},
      {event_mask::open_perm, 0x10000},
      {event_mask::access_perm, 0x20000},
      {event_mask::open_exec_perm, 0x40000},
      {event_mask::pre_access, 0x100000},
      {event_mask::mnt_attach, 0x1000000},
      {event_mask::mnt_detach, 0x2000000},
      {event_mask::event_on_child, 0x8000000},
      {event_mask::rename, 0x10000000},
      {event_mask::ondir, 0x40000000},
      {event_mask::close, 0x18},
      {event_mask::move, 0xc0},
      {event_mask::all_permission, 0x170000},
      {event_mask::all_dirent, 0x100003c0},
      {event_mask::all_modifiers, 0x48000000},
  });
}

BOOST_AUTO_TEST_CASE(init_flags_are_the_kernels)
{
  check<init_flags>({
      {init_flags::class_notif, 0},          {init_flags::cloexec, 0x1},
      {init_flags::nonblock, 0x2},           {init_flags::class_content, 0x4},
      {init_flags::class_pre_content, 0x8},  {init_flags::unlimited_queue, 0x10},
      {init_flags::unlimited_marks, 0x20},   {init_flags::enable_audit, 0x40},
      {init_flags::report_pidfd, 0x80},      {init_flags::report_tid, 0x100},
      {init_flags::report_fid, 0x200},       {init_flags::report_dir_fid, 0x400},
      {init_flags::report_name, 0x800},      {init_flags::report_target_fid, 0x1000},
      {init_flags::report_fd_error, 0x2000}, {init_flags::report_mnt, 0x4000},
      {init_flags::report_dfid_name, 0xc00}, {init_flags::report_dfid_name_target, 0x1e00},
      {init_flags::all_class_bits, 0xc},     {init_flags::all_fid_bits, 0x1e00},
  });
}

BOOST_AUTO_TEST_CASE(mark_flags_are_the_kernels)
{
  check<mark_flags>({
      {mark_flags::none, 0},
      {mark_flags::add, 0x1},
      {mark_flags::remove, 0x2},
      {mark_flags::dont_follow, 0x4},
      {mark_flags::onlydir, 0x8},
      {mark_flags::ignored_mask, 0x20},
      {mark_flags::ignored_surv_modify, 0x40},
      {mark_flags::flush, 0x80},
      {mark_flags::evictable, 0x200},
      {mark_flags::ignore, 0x400},
      {mark_flags::ignore_surv, 0x440},
      {mark_flags::all_commands, 0x83},
  });
}

BOOST_AUTO_TEST_CASE(mark_targets_are_the_kernels)
{
  check<mark_target>({
      {mark_target::inode, 0},
      {mark_target::mount, 0x10},
      {mark_target::filesystem, 0x100},
      {mark_target::mntns, 0x110},
  });
}

BOOST_AUTO_TEST_CASE(file_flags_are_the_systems)
{
  check<file_flags>({
      {file_flags::rdonly, O_RDONLY},
      {file_flags::wronly, O_WRONLY},
      {file_flags::rdwr, O_RDWR},
      {file_flags::append, O_APPEND},
      {file_flags::nonblock, O_NONBLOCK},
      {file_flags::dsync, O_DSYNC},
      {file_flags::sync, O_SYNC},
      {file_flags::noatime, O_NOATIME},
      {file_flags::cloexec, O_CLOEXEC},
      {file_flags::access_mode, O_ACCMODE},
  });
}

// The C library's O_LARGEFILE is 0 where it is implied; the kernel's never is.
BOOST_AUTO_TEST_CASE(largefile_is_the_kernels_and_not_the_c_librarys)
{
#if defined(__x86_64__)
  BOOST_TEST(to_underlying(file_flags::largefile) == 0x8000U);
#endif
  BOOST_TEST(!is_empty(file_flags::largefile));
}

BOOST_AUTO_TEST_CASE(response_flags_are_the_kernels)
{
  check<response_flags>({
      {response_flags::allow, 0x1},
      {response_flags::deny, 0x2},
      {response_flags::audit, 0x10},
      {response_flags::info, 0x20},
  });
}

BOOST_AUTO_TEST_CASE(info_types_are_the_kernels)
{
  check<info_type>({
      {info_type::fid, 1},
      {info_type::dfid_name, 2},
      {info_type::dfid, 3},
      {info_type::pidfd, 4},
      {info_type::error, 5},
      {info_type::range, 6},
      {info_type::mnt, 7},
      {info_type::old_dfid_name, 10},
      {info_type::new_dfid_name, 12},
  });
}

BOOST_AUTO_TEST_CASE(only_content_classes_hold_permission_events)
{
  BOOST_TEST(is_permission_class(init_flags::class_content));
  BOOST_TEST(is_permission_class(init_flags::class_pre_content | init_flags::report_pidfd));
  BOOST_TEST(!is_permission_class(init_flags::class_notif));
  BOOST_TEST(!is_permission_class(init_flags::report_fid | init_flags::unlimited_queue));
}

BOOST_AUTO_TEST_CASE(any_fid_flag_makes_a_group_report_file_handles)
{
  for (const auto flag : {init_flags::report_fid, init_flags::report_dir_fid,
                          init_flags::report_name, init_flags::report_target_fid})
  {
    BOOST_TEST(reports_file_handles(flag | init_flags::cloexec));
  }
  BOOST_TEST(!reports_file_handles(init_flags::class_content | init_flags::report_pidfd));
  BOOST_TEST(!reports_file_handles(init_flags::report_mnt));
}

BOOST_AUTO_TEST_SUITE_END()

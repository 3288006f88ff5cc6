// M. Marks that a filesystem does not take in a group of file handles. The error names the rule,
// and doing what it says works.

#include "support/refused.hpp"
#include "support/scenario.hpp"
#include <fanio/error.hpp>

#include <fcntl.h>
#include <unistd.h>

namespace utf = boost::unit_test;
using fanio::errc;
using fanio::event_mask;
using fanio::init_flags;
using fanio::mark_target;
using test::check_add_refused;

namespace {

constexpr auto whole = {mark_target::mount, mark_target::filesystem};

struct filesystem_refusals_fixture : test::scenario
{
  void check_not_decodable(const std::filesystem::path& root)
  {
    auto group = open(init_flags::report_fid);
    for (const auto target : whole)
    {
      check_add_refused(group, root, event_mask::open, target, errc::filesystem_without_handles);
    }
    group.add_mark(root, event_mask::open);
    auto of_fds = open(init_flags::class_notif);
    for (const auto target : whole)
    {
      of_fds.add_mark(root, event_mask::open, target);
    }
  }
};

/// A btrfs with two subvolumes.
struct btrfs_fixture : filesystem_refusals_fixture
{
  std::filesystem::path make_subvolume(const std::string& name) const
  {
    test::run_program({"btrfs", "subvolume", "create", fs / name});
    return fs / name;
  }

  test::private_filesystem fs{"btrfs"};
  std::filesystem::path first = make_subvolume("first");
  std::filesystem::path second = make_subvolume("second");
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(filesystem_refusals, filesystem_refusals_fixture,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(M24_proc_is_not_marked_as_a_whole)
{
  check_not_decodable("/proc");
}

BOOST_AUTO_TEST_CASE(M24_sysfs_is_not_marked_as_a_whole)
{
  const test::mount_point sysfs("sysfs", "sysfs");
  check_not_decodable(sysfs.path());
}

BOOST_AUTO_TEST_CASE(M24_an_overlay_is_not_marked_as_a_whole)
{
  const test::private_overlay overlay;
  check_not_decodable(overlay.path());
}

BOOST_AUTO_TEST_CASE(M25_fuse_has_no_fsid_and_is_marked_by_inodes,
                     *utf::precondition(test::has_program("bindfs")))
{
  const auto fuse = test::private_fuse(directory.path());
  auto group = open(init_flags::report_fid);
  for (const auto target : whole)
  {
    check_add_refused(group, fuse.path(), event_mask::open, target, errc::filesystem_without_fsid);
  }
  group.add_mark(fuse.path(), event_mask::open | event_mask::event_on_child);
  auto of_fds = open(init_flags::class_notif);
  for (const auto target : whole)
  {
    of_fds.add_mark(fuse.path(), event_mask::open, target);
  }

  const auto file = fuse.write("file");
  BOOST_TEST(test::merged(drain(group)) == event_mask::open);
  BOOST_TEST(!drain(of_fds).empty());
}

BOOST_AUTO_TEST_CASE(M25_fuse_shares_its_group_with_no_other_filesystem,
                     *utf::precondition(test::has_program("bindfs")))
{
  const auto fuse = test::private_fuse(directory.path());
  const auto another_fuse = test::private_fuse(directory.path());
  const test::private_filesystem ext4;

  auto group = open(init_flags::report_fid);
  group.add_mark(fuse.path(), event_mask::open);
  group.add_mark(fuse.write("file"), event_mask::open); // the same filesystem
  check_add_refused(group, another_fuse.path(), event_mask::open, mark_target::inode,
                    errc::filesystem_needs_own_group);
  for (const auto target : test::file_targets)
  {
    check_add_refused(group, ext4.path(), event_mask::open, target,
                      errc::filesystem_needs_own_group);
  }

  auto other_order = open(init_flags::report_fid);
  other_order.add_mark(ext4.path(), event_mask::open);
  check_add_refused(other_order, fuse.path(), event_mask::open, mark_target::inode,
                    errc::filesystem_needs_own_group);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(filesystem_refusals_of_btrfs, btrfs_fixture,
                         *utf::precondition(test::is_privileged) *
                             utf::precondition(test::has_program("btrfs")))

BOOST_AUTO_TEST_CASE(M26_a_subvolume_is_not_marked_as_a_whole)
{
  auto group = open(init_flags::report_fid);
  for (const auto target : whole)
  {
    check_add_refused(group, first, event_mask::open, target, errc::subvolume_needs_inode_marks);
  }
  group.add_mark(fs.path(), event_mask::open, mark_target::filesystem);
  auto of_inodes = open(init_flags::report_fid);
  of_inodes.add_mark(first, event_mask::open);
}

BOOST_AUTO_TEST_CASE(M26_two_subvolumes_do_not_share_a_group)
{
  auto group = open(init_flags::report_fid);
  group.add_mark(first, event_mask::open);
  check_add_refused(group, second, event_mask::open, mark_target::inode,
                    errc::filesystem_needs_own_group);
  auto own = open(init_flags::report_fid);
  own.add_mark(second, event_mask::open);
}

BOOST_AUTO_TEST_CASE(M26_nor_does_a_subvolume_share_one_with_the_root)
{
  auto group = open(init_flags::report_fid);
  group.add_mark(first, event_mask::open);
  for (const auto target : test::file_targets)
  {
    check_add_refused(group, fs.path(), event_mask::open, target, errc::filesystem_needs_own_group);
  }
  // What can never be marked as a whole is told as that, whatever else is in the group.
  for (const auto target : whole)
  {
    check_add_refused(group, second, event_mask::open, target, errc::subvolume_needs_inode_marks);
  }

  auto other_order = open(init_flags::report_fid);
  other_order.add_mark(fs.path(), event_mask::open, mark_target::filesystem);
  check_add_refused(other_order, first, event_mask::open, mark_target::inode,
                    errc::filesystem_needs_own_group);
}

BOOST_AUTO_TEST_SUITE_END()

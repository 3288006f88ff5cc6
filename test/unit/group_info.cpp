// What /proc tells of a group. The texts are fdinfo of Linux 6.18, pasted unchanged.

#include "support/descriptors.hpp"
#include "support/printing.hpp"
#include <fanio/error.hpp>
#include <fanio/group_info.hpp>
#include <fanio/unique_fd.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <string_view>

using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::file_flags;
using fanio::group_info;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;
using fanio::parse_group_info;

namespace {

/// What a text is read as; fails the test if it is refused.
group_info parsed(std::string_view text)
{
  error_code ec = errc::malformed_event; // which success must clear
  auto info = parse_group_info(text, ec);
  BOOST_TEST(!ec, ec.message());
  return info;
}

/// The only mark of a group with one line of it.
fanio::mark_info parsed_mark(const std::string& line)
{
  const auto info = parsed("fanotify flags:3 event-flags:88000\n" + line + "\n");
  BOOST_REQUIRE(info.marks.size() == 1U);
  return info.marks.front();
}

bool is_refused(std::string_view text)
{
  error_code ec;
  static_cast<void>(parse_group_info(text, ec));
  return ec == errc::not_a_fanotify_group;
}

// A group of report_dfid_name|report_fid with marks, from the last: two evictable ignore marks on
// files, a filesystem mark, a mount mark and a directory mark.
constexpr std::string_view file_handle_group =
    "pos:\t0\n"
    "flags:\t02004002\n"
    "mnt_id:\t17\n"
    "ino:\t1038\n"
    "fanotify flags:e03 event-flags:88000\n"
    "fanotify ino:e sdev:700000 mflags:640 mask:0 ignored_mask:22 fhandle-bytes:8 "
    "fhandle-type:1 f_handle:0e0000005a0d97ce\n"
    "fanotify ino:c sdev:700000 mflags:240 mask:0 ignored_mask:20 fhandle-bytes:8 "
    "fhandle-type:1 f_handle:0c00000058fc481d\n"
    "fanotify sdev:700000 mflags:0 mask:58000002 ignored_mask:0\n"
    "fanotify mnt_id:3f mflags:0 mask:8000038 ignored_mask:0\n"
    "fanotify ino:801 sdev:700000 mflags:0 mask:40000300 ignored_mask:0 fhandle-bytes:8 "
    "fhandle-type:1 f_handle:010800008af1c162\n";

constexpr std::string_view mount_group = "pos:\t0\n"
                                         "flags:\t02004002\n"
                                         "mnt_id:\t17\n"
                                         "ino:\t1038\n"
                                         "fanotify flags:4003 event-flags:88000\n"
                                         "fanotify mnt_ns:4026532177 mflags:0 mask:3000000 "
                                         "ignored_mask:0\n";

constexpr std::string_view content_group =
    "pos:\t0\n"
    "flags:\t02004002\n"
    "mnt_id:\t17\n"
    "ino:\t1038\n"
    "fanotify flags:17 event-flags:c8002\n"
    "fanotify ino:c sdev:700000 mflags:0 mask:20 ignored_mask:0 fhandle-bytes:8 "
    "fhandle-type:1 f_handle:0c00000058fc481d\n";

constexpr std::string_view no_group = "pos:\t0\n"
                                      "flags:\t0100000\n"
                                      "mnt_id:\t58\n"
                                      "ino:\t3\n";

} // namespace

BOOST_AUTO_TEST_SUITE(group_infos)

BOOST_AUTO_TEST_CASE(a_group_has_its_flags_and_those_of_its_files)
{
  const auto info = parsed(content_group);
  BOOST_TEST(info.flags == (init_flags::class_content | init_flags::unlimited_queue |
                            init_flags::cloexec | init_flags::nonblock));
  BOOST_TEST(info.event_files == (file_flags::rdwr | file_flags::largefile | file_flags::noatime |
                                  file_flags::cloexec));
}

BOOST_AUTO_TEST_CASE(a_group_without_marks_has_none)
{
  const auto info = parsed("fanotify flags:3 event-flags:88000\n");
  BOOST_TEST(info.marks.empty());
  BOOST_TEST(info.flags == (init_flags::cloexec | init_flags::nonblock));
}

BOOST_AUTO_TEST_CASE(marks_come_in_the_kernels_order)
{
  const auto info = parsed(file_handle_group);
  BOOST_REQUIRE(info.marks.size() == 5U);
  BOOST_TEST(info.marks[0].inode == 0xeU);
  BOOST_TEST(info.marks[1].inode == 0xcU);
  BOOST_TEST(info.marks[2].target == mark_target::filesystem);
  BOOST_TEST(info.marks[3].target == mark_target::mount);
  BOOST_TEST(info.marks[4].inode == 0x801U);
}

BOOST_AUTO_TEST_CASE(an_inode_mark_has_its_inode_and_device)
{
  const auto mark = parsed(file_handle_group).marks.at(4);
  BOOST_TEST(mark.target == mark_target::inode);
  BOOST_TEST(mark.inode == 0x801U);
  BOOST_TEST(mark.device == 0x700000U);
  BOOST_TEST(mark.mask == (event_mask::create | event_mask::delete_ | event_mask::ondir));
  BOOST_TEST(is_empty(mark.ignored_mask));
  BOOST_TEST(is_empty(mark.flags));
}

BOOST_AUTO_TEST_CASE(a_mount_mark_has_its_mount)
{
  const auto mark = parsed(file_handle_group).marks.at(3);
  BOOST_TEST(mark.target == mark_target::mount);
  BOOST_TEST(mark.mount_id == 0x3fU);
  BOOST_TEST(mark.mask == (event_mask::open | event_mask::close | event_mask::event_on_child));
  BOOST_TEST(mark.device == 0U);
}

BOOST_AUTO_TEST_CASE(a_filesystem_mark_has_its_device)
{
  const auto mark = parsed(file_handle_group).marks.at(2);
  BOOST_TEST(mark.target == mark_target::filesystem);
  BOOST_TEST(mark.device == 0x700000U);
  BOOST_TEST(mark.inode == 0U);
  BOOST_TEST(mark.mask == (event_mask::rename | event_mask::modify | event_mask::ondir |
                           event_mask::event_on_child));
}

// The kernel writes this number, and no other, in decimal.
BOOST_AUTO_TEST_CASE(a_mount_namespace_mark_has_the_namespaces_inode)
{
  const auto info = parsed(mount_group);
  BOOST_REQUIRE(info.marks.size() == 1U);
  BOOST_TEST(info.marks[0].target == mark_target::mntns);
  BOOST_TEST(info.marks[0].mount_id == 4026532177U);
  BOOST_TEST(info.marks[0].mask == (event_mask::mnt_attach | event_mask::mnt_detach));
}

// "mask:" is also the end of "ignored_mask:", and "flags:" that of "mflags:".
BOOST_AUTO_TEST_CASE(an_ignore_mark_has_its_masks_and_flags_apart)
{
  const auto info = parsed(file_handle_group);
  const auto& old_way = info.marks.at(1);
  BOOST_TEST(is_empty(old_way.mask));
  BOOST_TEST(old_way.ignored_mask == event_mask::open);
  BOOST_TEST(old_way.flags == (mark_flags::evictable | mark_flags::ignored_surv_modify));
  const auto& new_way = info.marks.at(0);
  BOOST_TEST(is_empty(new_way.mask));
  BOOST_TEST(new_way.ignored_mask == (event_mask::open | event_mask::modify));
  BOOST_TEST(new_way.flags == (mark_flags::evictable | mark_flags::ignore_surv));
}

BOOST_AUTO_TEST_CASE(the_order_of_the_fields_means_nothing)
{
  const auto mark = parsed_mark("fanotify ignored_mask:1 mask:2 mflags:40 sdev:3 ino:4");
  BOOST_TEST(mark.ignored_mask == event_mask::access);
  BOOST_TEST(mark.mask == event_mask::modify);
  BOOST_TEST(mark.flags == mark_flags::ignored_surv_modify);
  BOOST_TEST(mark.device == 3U);
  BOOST_TEST(mark.inode == 4U);
}

BOOST_AUTO_TEST_CASE(numbers_of_full_width_are_read)
{
  const auto mark = parsed_mark("fanotify ino:ffffffffffffffff sdev:ffffffff mflags:80000000 "
                                "mask:8000000000000020 ignored_mask:8000000000000000");
  BOOST_TEST(mark.inode == 0xffff'ffff'ffff'ffff);
  BOOST_TEST(mark.device == 0xffff'ffff);
  BOOST_TEST(mark.flags == mark_flags{0x8000'0000});
  BOOST_TEST(mark.mask == (event_mask::open | event_mask{0x8000'0000'0000'0000}));
  BOOST_TEST(mark.ignored_mask == event_mask{0x8000'0000'0000'0000});
}

BOOST_AUTO_TEST_CASE(missing_fields_are_zero)
{
  const auto mark = parsed_mark("fanotify ino:4 mask:2");
  BOOST_TEST(mark.target == mark_target::inode);
  BOOST_TEST(mark.device == 0U);
  BOOST_TEST(is_empty(mark.flags));
  BOOST_TEST(is_empty(mark.ignored_mask));
  BOOST_TEST(to_underlying(parsed("fanotify flags:3\n").event_files) == 0U);
}

BOOST_AUTO_TEST_CASE(lines_of_other_kinds_are_passed_over)
{
  const auto info = parsed("pos:\t0\n"
                           "fanotify-of-the-future flags:ffff mask:1\n"
                           "inotify wd:1 ino:4 sdev:3 mask:2 ignored_mask:0\n"
                           "fanotify flags:203 event-flags:88000\n"
                           "fanotify something:else\n"
                           "fanotify ino:4 mask:zz\n"
                           "\n"
                           "fanotify ino:5 mask:2");
  BOOST_TEST(info.flags == (init_flags::report_fid | init_flags::cloexec | init_flags::nonblock));
  BOOST_REQUIRE(info.marks.size() == 1U);
  BOOST_TEST(info.marks[0].inode == 5U);
}

BOOST_AUTO_TEST_CASE(a_text_without_a_groups_line_is_refused)
{
  BOOST_TEST(is_refused(""));
  BOOST_TEST(is_refused("\n\n"));
  BOOST_TEST(is_refused(no_group));
  BOOST_TEST(is_refused("fanotify"));
  BOOST_TEST(is_refused("fanotify flags:"));
  BOOST_TEST(is_refused("fanotify flags:x"));
  BOOST_TEST(is_refused("fanotify flags:100000000")); // more than 32 bits
  BOOST_TEST(is_refused("inotify wd:1 ino:4 sdev:3 mask:2 ignored_mask:0"));
  BOOST_TEST(is_refused(std::string_view("\0\0\0fanotify flags:3", 19)));
}

BOOST_AUTO_TEST_CASE(a_text_cut_off_anywhere_is_read_as_far_as_it_goes)
{
  for (std::size_t length = 0; length <= file_handle_group.size(); ++length)
  {
    const std::string cut(file_handle_group.substr(0, length)); // on the heap, for sanitizers
    error_code ec;
    const auto info = parse_group_info(cut, ec);
    BOOST_TEST((!ec || ec == errc::not_a_fanotify_group));
    BOOST_TEST(info.marks.size() <= 5U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reading_group_info)

BOOST_AUTO_TEST_CASE(a_descriptor_of_something_else_is_no_group)
{
  const fanio::unique_fd other(test::open_something());
  error_code ec;
  const auto info = fanio::read_group_info(other.get(), ec);
  BOOST_TEST(ec == errc::not_a_fanotify_group);
  BOOST_TEST(info.marks.empty());
}

BOOST_AUTO_TEST_CASE(a_closed_descriptor_is_a_bad_descriptor)
{
  const int closed = fanio::unique_fd(test::open_something()).get();
  for (const int fd : {closed, -1})
  {
    error_code ec;
    static_cast<void>(fanio::read_group_info(fd, ec));
    BOOST_TEST((ec == boost::system::errc::bad_file_descriptor), fd);
  }
}

BOOST_AUTO_TEST_SUITE_END()

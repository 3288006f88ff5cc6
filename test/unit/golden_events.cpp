// Events as a kernel wrote them: Linux 6.18 on x86-64, little endian. All were read with one
// read(2) each, in a private mount namespace, from a freshly made ext4 on a loop device: its root
// directory is inode 2, "file" is inode 12, "dir" inode 2049. Process 6538 caused them and read
// them itself, but where a child is named. They are pasted unchanged, eight words a line, an empty
// line between events.

#include "support/parsed_events.hpp"
#include "support/printing.hpp"

#include <boost/test/unit_test.hpp>

#include <bit>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

using fanio::event_mask;
using fanio::info_type;
using fanio::init_flags;
using test::from_hex;
using test::parsed_events;

namespace utf = boost::unit_test;

namespace {

/// f_fsid of the filesystem.
constexpr fanio::fsid ext4{{0x3bc868b1, 0x55cb9620}};

constexpr std::int32_t process = 6538;

/// An ext4 handle is the inode's number and generation.
fanio::file_handle ext4_handle(std::uint32_t inode, std::uint32_t generation)
{
  test::byte_vector bytes(8);
  test::poke(bytes, 0, inode);
  test::poke(bytes, 4, generation);
  return fanio::file_handle({ext4, 1, bytes});
}

fanio::file_handle root()
{
  return ext4_handle(2, 0);
}

fanio::file_handle file()
{
  return ext4_handle(12, 0x1d48fc58);
}

fanio::file_handle dir()
{
  return ext4_handle(2049, 0x62c1f18a);
}

} // namespace

BOOST_AUTO_TEST_SUITE(golden_events, *utf::enable_if<std::endian::native == std::endian::little>())

// A group of descriptors with open|close|event_on_child on the directory; "file" was opened and
// closed again: the two merged.
BOOST_AUTO_TEST_CASE(an_open_and_a_close_in_a_group_of_descriptors)
{
  const parsed_events golden(from_hex("18000000 03001800 28000000 00000000 04000000 8a190000"));
  const auto e = golden.only();
  BOOST_TEST(e.mask() == (event_mask::open | event_mask::close_write));
  BOOST_TEST(e.fd() == 4);
  BOOST_TEST(e.pid() == process);
  BOOST_TEST(e.order_unknown());
  BOOST_TEST(e.records().empty());
}

// class_content with report_pidfd, open_perm on "file"; a child opened it.
BOOST_AUTO_TEST_CASE(a_permission_request_with_a_pidfd)
{
  const parsed_events golden(
      from_hex("20000000 03001800 00000100 00000000 04000000 91190000 04000800 06000000"));
  const auto e = golden.only();
  BOOST_TEST(e.mask() == event_mask::open_perm);
  BOOST_TEST(e.is_permission());
  BOOST_TEST(e.fd() == 4);
  BOOST_TEST(e.pid() == 6545);
  BOOST_TEST(e.pidfd() == 6);
  BOOST_TEST(!e.pidfd_error());
}

// class_pre_content with report_pidfd, pre_access on "file"; a child wrote ten bytes at 8190.
BOOST_AUTO_TEST_CASE(a_range_about_to_be_accessed)
{
  const parsed_events golden(
      from_hex("38000000 03001800 00001000 00000000 04000000 93190000 04000800 07000000"
               "06001800 00000000 00100000 00000000 00200000 00000000"));
  const auto e = golden.only();
  BOOST_TEST(e.mask() == event_mask::pre_access);
  BOOST_TEST(e.pidfd() == 7);
  BOOST_TEST((e.range() == fanio::access_range{.offset = 4096, .count = 8192}));
}

// report_fid, create on the directory and open on "file"; "a" was made, "file" opened. The object
// of a directory entry event is the directory.
BOOST_AUTO_TEST_CASE(file_handles_of_the_objects)
{
  const parsed_events golden(
      from_hex("34000000 03001800 00010000 00000000 ffffffff 8a190000 01001c00 b168c83b"
               "2096cb55 08000000 01000000 02000000 00000000"
               "\n"
               "34000000 03001800 20000000 00000000 ffffffff 8a190000 01001c00 b168c83b"
               "2096cb55 08000000 01000000 0c000000 58fc481d"),
      init_flags::report_fid);
  BOOST_TEST(!golden.error());
  BOOST_REQUIRE(golden.size() == 2U);
  BOOST_TEST(golden[0].mask() == event_mask::create);
  BOOST_TEST((golden[0].fid() == root()));
  BOOST_TEST(golden[1].mask() == event_mask::open);
  BOOST_TEST((golden[1].fid() == file()));
  BOOST_TEST(!golden[1].dfid().has_value());
  BOOST_TEST(golden[1].fd() == -1);
  BOOST_TEST(!golden[1].lost());
}

// report_dir_fid alone, create|open|event_on_child|ondir on the directory; a directory was made in
// it, and "file" opened: the record of that is of type FID and holds the parent.
BOOST_AUTO_TEST_CASE(handles_of_directories_in_a_group_of_directory_handles_alone)
{
  const parsed_events golden(
      from_hex("34000000 03001800 00010040 00000000 ffffffff 8a190000 03001c00 b168c83b"
               "2096cb55 08000000 01000000 02000000 00000000"
               "\n"
               "34000000 03001800 20000000 00000000 ffffffff 8a190000 01001c00 b168c83b"
               "2096cb55 08000000 01000000 02000000 00000000"),
      init_flags::report_dir_fid);
  BOOST_REQUIRE(golden.size() == 2U);
  BOOST_TEST(golden[0].is_directory());
  BOOST_TEST(((*golden[0].records().begin()).type() == info_type::dfid));
  BOOST_TEST(((*golden[1].records().begin()).type() == info_type::fid));
  for (const fanio::event_view e : golden.events())
  {
    BOOST_TEST((e.dfid() == root()));
    BOOST_TEST(!e.fid().has_value());
  }
}

// report_dfid_name|report_fid, create|open|event_on_child|ondir on the directory; "b" was made and
// opened, then the directory itself was opened.
BOOST_AUTO_TEST_CASE(directories_with_names)
{
  const parsed_events golden(
      from_hex("38000000 03001800 00010000 00000000 ffffffff 8a190000 02002000 b168c83b"
               "2096cb55 08000000 01000000 02000000 00000000 62000000"
               "\n"
               "54000000 03001800 20000000 00000000 ffffffff 8a190000 02002000 b168c83b"
               "2096cb55 08000000 01000000 02000000 00000000 62000000 01001c00 b168c83b"
               "2096cb55 08000000 01000000 0e000000 5a0d97ce"
               "\n"
               "38000000 03001800 20000040 00000000 ffffffff 8a190000 02002000 b168c83b"
               "2096cb55 08000000 01000000 02000000 00000000 2e000000"),
      init_flags::report_dfid_name | init_flags::report_fid);
  BOOST_TEST(!golden.error());
  BOOST_REQUIRE(golden.size() == 3U);
  BOOST_TEST(golden[0].mask() == event_mask::create);
  BOOST_TEST(golden[0].name().value() == "b");
  BOOST_TEST(!golden[0].fid().has_value());
  BOOST_TEST(golden[1].mask() == event_mask::open);
  BOOST_TEST(golden[1].name().value() == "b");
  BOOST_TEST((golden[1].fid() == ext4_handle(14, 0xce970d5a)));
  BOOST_TEST(golden[2].name().value() == ".");
  BOOST_TEST(golden[2].is_directory());
  for (const fanio::event_view e : golden.events())
  {
    BOOST_TEST((e.dfid() == root()));
  }
}

// report_dfid_name, create|delete|ondir on the directory; mkdir and rmdir of "new", creation and
// deletion of "x", and a file whose name is a, line feed, b and 0xff.
BOOST_AUTO_TEST_CASE(names_that_are_bytes)
{
  const parsed_events golden(
      from_hex("38000000 03001800 00030040 00000000 ffffffff 8a190000 02002000 b168c83b"
               "2096cb55 08000000 01000000 02000000 00000000 6e657700"
               "\n"
               "38000000 03001800 00030000 00000000 ffffffff 8a190000 02002000 b168c83b"
               "2096cb55 08000000 01000000 02000000 00000000 78000000"
               "\n"
               "3c000000 03001800 00010000 00000000 ffffffff 8a190000 02002400 b168c83b"
               "2096cb55 08000000 01000000 02000000 00000000 610a62ff 00000000"),
      init_flags::report_dfid_name);
  BOOST_TEST(!golden.error());
  BOOST_REQUIRE(golden.size() == 3U);
  BOOST_TEST(golden[0].mask() == (event_mask::create | event_mask::delete_ | event_mask::ondir));
  BOOST_TEST(golden[0].order_unknown());
  BOOST_TEST(golden[0].name().value() == "new");
  BOOST_TEST(golden[1].name().value() == "x");
  BOOST_TEST(golden[2].name().value() == "a\nb\xff");
}

// report_dfid_name_target|report_pidfd, rename on the filesystem; "longer_name" in "dir" became "a"
// in the root.
BOOST_AUTO_TEST_CASE(a_rename_with_both_sides_and_the_target)
{
  const parsed_events golden(
      from_hex("84000000 03001800 00000010 00000000 ffffffff 8a190000 0a002800 b168c83b"
               "2096cb55 08000000 01000000 01080000 8af1c162 6c6f6e67 65725f6e 616d6500"
               "0c002000 b168c83b 2096cb55 08000000 01000000 02000000 00000000 61000000"
               "01001c00 b168c83b 2096cb55 08000000 01000000 0d000000 82ecb7d1 04000800"
               "04000000"),
      init_flags::report_dfid_name_target | init_flags::report_pidfd);
  const auto e = golden.only();
  BOOST_TEST(e.mask() == event_mask::rename);
  BOOST_TEST((e.old_dfid() == dir()));
  BOOST_TEST(e.old_name().value() == "longer_name");
  BOOST_TEST((e.new_dfid() == root()));
  BOOST_TEST(e.new_name().value() == "a");
  BOOST_TEST((e.fid() == ext4_handle(13, 0xd1b7ec82)));
  BOOST_TEST(e.pidfd() == 4);
  BOOST_TEST(!e.dfid().has_value());
  BOOST_TEST(!e.name().has_value());
}

// report_fid|report_pidfd, fs_error on the filesystem; trigger_fs_error in sysfs was written twice.
BOOST_AUTO_TEST_CASE(errors_of_a_filesystem)
{
  const parsed_events golden(
      from_hex("40000000 03001800 00800000 00000000 ffffffff 8a190000 01001400 b168c83b"
               "2096cb55 00000000 ff000000 04000800 08000000 05000c00 75000000 02000000"),
      init_flags::report_fid | init_flags::report_pidfd);
  const auto e = golden.only();
  BOOST_TEST(e.mask() == event_mask::fs_error);
  BOOST_TEST((e.error() == fanio::filesystem_error{.error = EUCLEAN, .count = 2}));
  BOOST_REQUIRE(e.fid().has_value());
  BOOST_TEST(!e.fid()->is_valid());
  BOOST_TEST((e.fid()->fsid() == ext4));
  BOOST_TEST(e.pidfd() == 8);
}

// report_mnt|report_pidfd, mnt_attach|mnt_detach on the mount namespace; a directory was bind
// mounted and unmounted. The id is at an address that is only 4-byte aligned.
BOOST_AUTO_TEST_CASE(a_mount_that_comes_and_goes)
{
  const parsed_events golden(
      from_hex("30000000 03001800 00000001 00000000 ffffffff 8a190000 04000800 0c000000"
               "07001000 00000000 57000080 00000000"
               "\n"
               "30000000 03001800 00000002 00000000 ffffffff 8a190000 04000800 0d000000"
               "07001000 00000000 57000080 00000000"),
      init_flags::report_mnt | init_flags::report_pidfd);
  BOOST_REQUIRE(golden.size() == 2U);
  BOOST_TEST(golden[0].mask() == event_mask::mnt_attach);
  BOOST_TEST(golden[0].pidfd() == 12);
  BOOST_TEST(golden[1].mask() == event_mask::mnt_detach);
  BOOST_TEST(golden[1].pidfd() == 13);
  for (const fanio::event_view e : golden.events())
  {
    BOOST_TEST(e.mount_id().value() == 0x8000'0057U);
  }
}

// The queue was limited to one event and three were caused; the overflow's fd and pidfd say
// nothing, in each group in its way.
BOOST_AUTO_TEST_CASE(an_overflow_of_the_queue)
{
  const std::vector<std::pair<init_flags, std::string_view>> overflows = {
      {init_flags::class_notif, "18000000 03001800 00400000 00000000 ffffffff 00000000"},
      {init_flags::report_pidfd,
       "20000000 03001800 00400000 00000000 ffffffff 00000000 04000800 ffffffff"},
      {init_flags::report_pidfd | init_flags::report_fd_error,
       "20000000 03001800 00400000 00000000 f7ffffff 00000000 04000800 fdffffff"},
      {init_flags::report_dfid_name, "18000000 03001800 00400000 00000000 ffffffff 00000000"},
      {init_flags::report_dfid_name | init_flags::report_fd_error,
       "18000000 03001800 00400000 00000000 f7ffffff 00000000"},
  };
  for (const auto& [group, bytes] : overflows)
  {
    const parsed_events golden(from_hex(bytes), group);
    const auto e = golden.only();
    BOOST_TEST(e.is_overflow());
    BOOST_TEST(e.mask() == event_mask::q_overflow);
    BOOST_TEST(e.pid() == 0);
    BOOST_TEST(e.fd() == -1);
    BOOST_TEST(e.pidfd() == -1);
    BOOST_TEST(!e.lost());
  }
}

// report_fid|report_fd_error: no event of such a group has a descriptor, and none is lost.
BOOST_AUTO_TEST_CASE(a_descriptor_that_was_never_meant_to_be)
{
  const parsed_events golden(
      from_hex("34000000 03001800 20000000 00000000 f7ffffff 8a190000 01001c00 b168c83b"
               "2096cb55 08000000 01000000 0c000000 58fc481d"),
      init_flags::report_fid | init_flags::report_fd_error);
  BOOST_TEST(golden.only().fd() == -1);
  BOOST_TEST(!golden.only().lost());
  BOOST_TEST((golden.only().fid() == file()));
}

// report_fd_error|report_pidfd, and no descriptor was free.
BOOST_AUTO_TEST_CASE(an_event_that_found_no_free_descriptor)
{
  const parsed_events golden(
      from_hex("20000000 03001800 20000000 00000000 e8ffffff 8a190000 04000800 e8ffffff"),
      init_flags::report_fd_error | init_flags::report_pidfd);
  const auto e = golden.only();
  BOOST_TEST(e.fd() == -1);
  BOOST_TEST((e.lost() == fanio::error_code(EMFILE, fanio::lost_event_category())));
  BOOST_TEST(e.pidfd() == -1);
  BOOST_TEST((e.pidfd_error() == boost::system::errc::too_many_files_open));
}

// report_pidfd, and a child that had been reaped when the event was read: without and with
// report_fd_error. And with one descriptor free, which the event took.
BOOST_AUTO_TEST_CASE(a_process_that_has_no_pidfd)
{
  const parsed_events gone(
      from_hex("20000000 03001800 20000000 00000000 04000000 8e190000 04000800 ffffffff"),
      init_flags::report_pidfd);
  BOOST_TEST((gone.only().pidfd_error() == boost::system::errc::no_such_process));
  const parsed_events told(
      from_hex("20000000 03001800 20000000 00000000 04000000 8f190000 04000800 fdffffff"),
      init_flags::report_pidfd | init_flags::report_fd_error);
  BOOST_TEST((told.only().pidfd_error() == boost::system::errc::no_such_process));
  const parsed_events untold(
      from_hex("20000000 03001800 20000000 00000000 04000000 8a190000 04000800 feffffff"),
      init_flags::report_pidfd);
  BOOST_TEST((untold.only().pidfd_error() == boost::system::errc::io_error));
  for (const auto* golden : {&gone, &told, &untold})
  {
    BOOST_TEST(golden->only().pidfd() == -1);
    BOOST_TEST(golden->only().fd() == 4);
  }
}

BOOST_AUTO_TEST_SUITE_END()

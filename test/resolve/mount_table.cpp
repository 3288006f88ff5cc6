// The lines of /proc/self/mountinfo.

#include <fanio/resolve/mount_table.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

using fanio::resolve::mount;
using fanio::resolve::parse_mounts;

BOOST_AUTO_TEST_SUITE(mounts)

BOOST_AUTO_TEST_CASE(a_line_has_the_filesystem_where_it_is_and_its_type)
{
  const auto all =
      parse_mounts("36 35 98:0 /root /mnt rw,noatime master:1 shared:2 - ext4 /dev/sda1 rw\n"
                   "37 35 0:30 / /tmp rw - tmpfs none rw\n");
  BOOST_REQUIRE(all.size() == 2);
  BOOST_TEST(all[0].id == 36U);
  BOOST_TEST(all[0].parent == 35U);
  BOOST_TEST(all[0].device == "98:0");
  BOOST_TEST(all[0].root == "/root");
  BOOST_TEST(all[0].point == "/mnt");
  BOOST_TEST(all[0].type == "ext4");
  BOOST_TEST(all[1].point == "/tmp");
  BOOST_TEST(all[1].type == "tmpfs");
}

BOOST_AUTO_TEST_CASE(octal_digits_stand_for_a_byte)
{
  const auto all = parse_mounts("1 2 0:1 / /a\\040b\\134c\\9\\04 rw - tmpfs none rw\n");
  BOOST_REQUIRE(all.size() == 1);
  BOOST_TEST(all[0].point == "/a b\\c\\9\\04");
}

BOOST_AUTO_TEST_CASE(what_is_no_such_line_is_left_out)
{
  BOOST_TEST(parse_mounts("").empty());
  BOOST_TEST(parse_mounts("\n36 35\n36 35 98:0 / /mnt rw\n36 35 98:0 / /mnt rw -\n").empty());
}

BOOST_AUTO_TEST_CASE(this_machine_has_a_root)
{
  bool has_root = false;
  fanio::error_code ec;
  for (const auto& m : fanio::resolve::read_mounts(0, ec))
  {
    has_root = has_root || m.point == "/";
  }
  BOOST_TEST(!ec);
  BOOST_TEST(has_root);
}

BOOST_AUTO_TEST_CASE(of_a_process_that_is_not_there_there_are_none)
{
  fanio::error_code ec;
  BOOST_TEST(fanio::resolve::read_mounts(-1, ec).empty());
  BOOST_TEST(ec == boost::system::errc::no_such_file_or_directory);
}

BOOST_AUTO_TEST_SUITE_END()

// fanio trace on filesystems of each kind, and on those that are mounted while it runs.

#include "running_trace.hpp"
#include "support/in_child.hpp"
#include "support/mounts.hpp"
#include "support/requires.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/mount.h>

namespace fs = std::filesystem;
namespace utf = boost::unit_test;

namespace {

/// What is mounted in it is seen by it and its children only.
template <typename Part>
void with_private_mounts(const Part& part)
{
  test::in_child(
      [&part]
      {
        test::enter_private_mounts();
        part();
      });
}

/// That a trace tells the right path before and after a directory has another name.
void check_paths(const fs::path& top)
{
  fs::create_directory(top / "before");
  test::running_trace trace({top});
  std::ofstream(top / "before/file") << "text";
  BOOST_TEST(trace.line_with((top / "before/file").string()) != "");
  fs::rename(top / "before", top / "after");
  std::ofstream(top / "after/other") << "text";
  for (const auto& line : trace.lines_until((top / "after/other").string()))
  {
    BOOST_TEST(line.find("before/other") == std::string::npos, line);
  }
}

/// Waits until it has marked what was mounted.
void await_more_places(test::running_trace& trace)
{
  while (!trace.read_line(test::child::err).ends_with(" places now"))
  {
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(trace_places, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(paths_on_xfs_are_right, *utf::precondition(test::has_program("mkfs.xfs")))
{
  with_private_mounts([] { check_paths(test::private_filesystem("xfs").path()); });
}

BOOST_AUTO_TEST_CASE(paths_on_btrfs_and_in_a_subvolume_are_right,
                     *utf::precondition(test::has_program("btrfs")))
{
  with_private_mounts(
      []
      {
        const test::private_filesystem filesystem("btrfs");
        check_paths(filesystem.path());
        test::run_program({"btrfs", "-q", "subvolume", "create", filesystem / "volume"});
        check_paths(filesystem / "volume");
      });
}

BOOST_AUTO_TEST_CASE(paths_on_tmpfs_are_right)
{
  with_private_mounts([] { check_paths(test::private_tmpfs().path()); });
}

// A group with descriptors hears of no entry that comes or goes, and is told so.
BOOST_AUTO_TEST_CASE(on_an_overlay_what_is_open_has_its_path)
{
  with_private_mounts(
      []
      {
        const test::private_overlay overlay;
        test::child trace({FANIO_TOOL, "trace", "--verbose", overlay.path()});
        BOOST_TEST(
            trace.read_line(test::child::err) ==
            "fanio trace: " + overlay.path().string() +
                ": what comes, goes or is moved will not be shown: its filesystem can't open "
                "by handle, and its directory was not learnt");
        trace.read_line(test::child::err);
        std::ofstream(overlay / "file") << "text";
        BOOST_TEST(trace.read_line(test::child::out).ends_with((overlay / "file").string()));
      });
}

BOOST_AUTO_TEST_CASE(on_fuse_what_is_open_has_its_path,
                     *utf::precondition(test::has_program("bindfs")))
{
  with_private_mounts(
      []
      {
        const auto source = test::private_tmpfs();
        const test::private_fuse fuse(source.path());
        test::running_trace trace({fuse.path()});
        std::ofstream(fuse / "file") << "text";
        BOOST_TEST(trace.line_with("): ").find((fuse / "file").string()) != std::string::npos);
      });
}

// Its events could be told by either mount.
BOOST_AUTO_TEST_CASE(paths_below_a_bind_mount_are_told_as_it_was_named)
{
  with_private_mounts(
      []
      {
        const test::private_filesystem whole;
        whole.make_directory("real");
        const auto bound = test::bind_mount(whole / "real");
        check_paths(bound.path());
      });
}

BOOST_AUTO_TEST_CASE(a_directory_below_a_bind_mount_hides_nothing_of_the_whole)
{
  with_private_mounts(
      []
      {
        const test::private_filesystem whole;
        whole.make_directory("real");
        whole.make_directory("real/deep");
        const auto bound = test::bind_mount(whole / "real");
        test::running_trace trace({bound / "deep", whole / "real"});
        whole.write("real/file");
        BOOST_TEST(trace.line_with((whole / "real/file").string()) != "");
        whole.write("real/deep/file");
        BOOST_TEST(trace.line_with((bound / "deep/file").string()) != "");
      });
}

// Whose mount is not among those that it shows.
BOOST_AUTO_TEST_CASE(in_a_chroot_that_is_no_mount_paths_are_as_it_sees_them)
{
  with_private_mounts(
      []
      {
        const test::private_filesystem whole;
        const auto root = whole.make_directory("root");
        for (const std::string name : {"proc", "lib", "lib64", "usr", "bin", "top"})
        {
          fs::create_directory(root / name);
          if (fs::exists("/" + name) && name != "top")
          {
            BOOST_REQUIRE(::mount(("/" + name).c_str(), (root / name).c_str(), nullptr,
                                  MS_BIND | MS_REC, nullptr) == 0);
          }
        }
        fs::copy_file(FANIO_TOOL, root / "fanio");
        test::running_trace trace({"chroot", root, "/fanio", "trace", "--verbose", "/top"},
                                  test::user::same);
        whole.write("outside");
        whole.write("root/top/file");
        const auto lines = trace.lines_until("/top/file");
        BOOST_TEST(lines.back().ends_with(" /top/file"), lines.back());
        for (const auto& line : lines)
        {
          BOOST_TEST(line.find('?') == std::string::npos, line);
        }
      });
}

// What is long gone when its event is read, with all that it was in.
BOOST_AUTO_TEST_CASE(nothing_is_lost_of_directories_that_come_move_and_go)
{
  with_private_mounts(
      []
      {
        const auto top = test::private_tmpfs();
        test::running_trace trace({"--names", "-f", "+", top.path()});
        trace.stop();
        constexpr int count = 50;
        for (int i = 0; i < count; ++i)
        {
          const auto n = std::to_string(i);
          top.make_directory("new" + n);
          top.make_directory("new" + n + "/k");
          top.write("new" + n + "/f");
          top.write("new" + n + "/k/g");
          fs::rename(top / ("new" + n), top / ("old" + n));
          fs::remove_all(top / ("old" + n));
        }
        top.write("end");
        trace.go_on();
        const auto lines = trace.lines_until("/end");
        for (int i = 0; i < count; ++i)
        {
          const auto at = (top / ("new" + std::to_string(i))).string();
          for (const auto& path : {at, at + "/k", at + "/f", at + "/k/g"})
          {
            BOOST_TEST(std::ranges::any_of(lines, [&path](const auto& line)
                                           { return line.find(" " + path) != std::string::npos; }),
                       path);
          }
        }
      });
}

BOOST_AUTO_TEST_CASE(a_device_that_is_mounted_later_is_watched)
{
  with_private_mounts(
      []
      {
        test::running_trace trace(std::vector<std::string>{});
        const test::private_filesystem filesystem;
        await_more_places(trace);
        filesystem.write("file");
        BOOST_TEST(trace.line_with((filesystem / "file").string()) != "");
      });
}

BOOST_AUTO_TEST_CASE(what_is_mounted_below_a_path_later_is_watched)
{
  with_private_mounts(
      []
      {
        const auto top = test::private_tmpfs();
        top.make_directory("below");
        test::running_trace trace({top.path()});
        BOOST_REQUIRE(::mount("tmpfs", (top / "below").c_str(), "tmpfs", 0, "") == 0);
        await_more_places(trace);
        top.write("below/file");
        BOOST_TEST(trace.line_with((top / "below/file").string()) != "");
      });
}

BOOST_AUTO_TEST_CASE(what_is_mounted_anew_is_watched_again)
{
  with_private_mounts(
      []
      {
        const auto top = test::private_tmpfs();
        top.make_directory("below");
        top.make_directory("marker");
        const auto below = (top / "below").string();
        BOOST_REQUIRE(::mount("tmpfs", below.c_str(), "tmpfs", 0, "") == 0);
        test::running_trace trace({top.path()});
        BOOST_REQUIRE(::umount2(below.c_str(), 0) == 0);
        BOOST_REQUIRE(::mount("tmpfs", below.c_str(), "tmpfs", 0, "") == 0);
        // With a place that it counts: it says so behind having marked both.
        BOOST_REQUIRE(::mount("tmpfs", (top / "marker").c_str(), "tmpfs", 0, "") == 0);
        await_more_places(trace);
        top.write("below/file");
        BOOST_TEST(trace.line_with((top / "below/file").string()) != "");
      });
}

BOOST_AUTO_TEST_CASE(what_is_mounted_elsewhere_is_not_shown)
{
  with_private_mounts(
      []
      {
        const auto top = test::private_tmpfs();
        top.make_directory("below");
        test::running_trace trace({top.path()});
        const auto elsewhere = test::private_tmpfs();
        BOOST_REQUIRE(::mount("tmpfs", (top / "below").c_str(), "tmpfs", 0, "") == 0);
        await_more_places(trace);
        elsewhere.write("file");
        top.write("below/marker");
        for (const auto& line : trace.lines_until("/below/marker"))
        {
          BOOST_TEST(line.find(elsewhere.path().string()) == std::string::npos);
        }
      });
}

BOOST_AUTO_TEST_SUITE_END()

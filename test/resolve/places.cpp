// Paths on filesystems that are seen in other ways than by one mount of the whole.

#include "paths_fixture.hpp"
#include "support/forked.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;
namespace utf = boost::unit_test;
namespace resolve = fanio::resolve;
using fanio::error_code;
using fanio::event_mask;
using fanio::init_flags;
using fanio::mark_target;
using resolve::path_resolver;
using test::write;

namespace {

struct places_fixture : test::paths_fixture
{
  /// A child that prepares itself and stops, so that it can be looked at.
  template <typename Prepare>
  test::forked& be_somewhere(Prepare prepare)
  {
    other.emplace(
        [prepare]
        {
          if (!prepare())
          {
            return 1;
          }
          ::raise(SIGSTOP);
          return 0;
        });
    test::await_stopped(*other);
    return *other;
  }

  /// The first event's path, or why there is none.
  std::string first_path(fanio::fanotify_handle& group)
  {
    const auto events = drain(group);
    BOOST_REQUIRE(!events.empty());
    return path_of(events.front());
  }

  /// In a directory that is learnt, where only inodes are marked.
  void check_learnt(const fs::path& top)
  {
    auto group = watch(top, mark_target::inode);
    error_code ec;
    resolver.learn(top, ec);
    BOOST_REQUIRE(!ec);
    fs::create_directory(top / "new");
    BOOST_TEST(last_path(group) == (top / "new").string());
    group.add_mark(top / "new", test::watched | event_mask::event_on_child);
    write(top / "new/file");
    BOOST_TEST(last_path(group) == (top / "new/file").string());
    fs::rename(top / "new", top / "moved");
    write(top / "moved/file");
    BOOST_TEST(last_path(group) == (top / "moved/file").string());
  }

  std::string message(resolve::errc e) { return make_error_code(e).message(); }

  std::optional<test::forked> other;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(places, places_fixture, *utf::precondition(test::is_privileged))

// The handles of an overlay and of FUSE (Linux 6.6) only tell its files apart: nothing is opened by
// them, and only inodes are marked.
BOOST_AUTO_TEST_CASE(on_an_overlay_what_was_learnt_or_came_is_known)
{
  const test::private_overlay overlay;
  check_learnt(overlay.path());
}

BOOST_AUTO_TEST_CASE(on_an_overlay_nothing_else_is_known)
{
  const test::private_overlay overlay;
  fs::create_directory(overlay / "before");
  auto group = watch(overlay / "before", mark_target::inode);
  write(overlay / "before/file");
  BOOST_TEST(last_path(group) == message(resolve::errc::no_handles));
  error_code ec;
  resolver.learn(overlay / "before", ec);
  write(overlay / "before/file");
  BOOST_TEST(last_path(group) == (overlay / "before/file").string());
}

BOOST_AUTO_TEST_CASE(on_fuse_what_was_learnt_or_came_is_known,
                     *utf::precondition(test::has_program("bindfs")))
{
  const auto source = test::private_tmpfs();
  const test::private_fuse fuse(source.path());
  check_learnt(fuse.path());
}

BOOST_AUTO_TEST_CASE(on_fuse_by_the_descriptor, *utf::precondition(test::has_program("bindfs")))
{
  const auto source = test::private_tmpfs();
  source.make_directory("a");
  source.write("a/file");
  const test::private_fuse fuse(source.path());
  auto group = open(init_flags::class_notif);
  group.add_mark(fuse.path(), event_mask::open, mark_target::mount);
  test::try_open(fuse / "a/file");
  BOOST_TEST(first_path(group) == (fuse / "a/file").string());
}

BOOST_AUTO_TEST_CASE(in_a_subvolume, *utf::precondition(test::has_program("btrfs")))
{
  const test::private_filesystem btrfs("btrfs");
  test::run_program({"btrfs", "subvolume", "create", btrfs / "sub"});
  fs::create_directory(btrfs / "sub/before");
  auto group = watch(btrfs.path());
  write(btrfs / "sub/before/file");
  BOOST_TEST(last_path(group) == (btrfs / "sub/before/file").string());
  fs::create_directory(btrfs / "sub/new");
  write(btrfs / "sub/new/file");
  BOOST_TEST(last_path(group) == (btrfs / "sub/new/file").string());
  fs::rename(btrfs / "sub/new", btrfs / "sub/before/moved");
  write(btrfs / "sub/before/moved/file");
  BOOST_TEST(last_path(group) == (btrfs / "sub/before/moved/file").string());
}

BOOST_AUTO_TEST_CASE(in_a_subvolume_that_is_mounted_alone,
                     *utf::precondition(test::has_program("btrfs")))
{
  test::private_filesystem btrfs("btrfs");
  test::run_program({"btrfs", "subvolume", "create", btrfs / "sub"});
  fs::create_directory(btrfs / "sub/a");
  const auto alone = test::bind_mount(btrfs / "sub");
  BOOST_REQUIRE(btrfs.unmount(MNT_DETACH) == 0);
  auto group = watch(alone / "a", mark_target::inode);
  write(alone / "a/file");
  BOOST_TEST(last_path(group) == (alone / "a/file").string());
}

BOOST_AUTO_TEST_CASE(as_a_process_in_a_chroot_sees_them)
{
  const auto top = test::private_tmpfs();
  fs::create_directories(top / "root/a");
  fs::create_directories(top / "beside");
  // A chroot that is no mount has no line in mountinfo: it is made one.
  BOOST_REQUIRE(
      ::mount((top / "root").c_str(), (top / "root").c_str(), nullptr, MS_BIND, nullptr) == 0);
  auto group = watch(top.path());
  be_somewhere([&] { return ::chroot((top / "root").c_str()) == 0; });
  resolver = path_resolver({.process = other->pid()});
  write(top / "root/a/file");
  BOOST_TEST(last_path(group) == "/a/file");
  write(top / "beside/file");
  BOOST_TEST(last_path(group) == message(resolve::errc::outside_of_mounts));
}

BOOST_AUTO_TEST_CASE(as_a_process_in_another_mount_namespace_sees_them)
{
  const auto place = test::private_tmpfs();
  be_somewhere(
      [&]
      {
        return ::unshare(CLONE_NEWNS) == 0 &&
               ::mount("own", place.path().c_str(), "tmpfs", 0, nullptr) == 0 &&
               ::mkdir((place / "a").c_str(), 0700) == 0;
      });
  const fs::path seen = "/proc/" + std::to_string(other->pid()) + "/root" + place.path().string();
  auto group = watch(seen);
  write(seen / "a/file");
  BOOST_TEST(last_path(group) == message(resolve::errc::unknown_filesystem)); // here
  resolver = path_resolver({.process = other->pid()});
  write(seen / "a/file");
  BOOST_TEST(last_path(group) == (place / "a/file").string()); // there
}

BOOST_AUTO_TEST_CASE(of_a_descriptor)
{
  const auto fs = test::private_tmpfs();
  const auto file = fs.write("file");
  auto group = open(init_flags::class_notif);
  group.add_mark(fs.path(), event_mask::open, mark_target::filesystem);
  test::try_open(file);
  BOOST_TEST(first_path(group) == file.string());
  BOOST_TEST(!resolver.is_deleted());

  test::try_open(file);
  fs::remove(file);
  BOOST_TEST(first_path(group) == file.string());
  BOOST_TEST(resolver.is_deleted());
}

BOOST_AUTO_TEST_CASE(of_a_file_with_two_names_the_one_that_was_used)
{
  const test::private_filesystem fs;
  fs.make_directory("a");
  fs.make_directory("b");
  write(fs / "a/one");
  fs::create_hard_link(fs / "a/one", fs / "b/two");
  auto group = watch(fs.path());
  write(fs / "b/two");
  BOOST_TEST(last_path(group) == (fs / "b/two").string());
  write(fs / "a/one");
  BOOST_TEST(last_path(group) == (fs / "a/one").string());

  auto by_handle = open(init_flags::report_fid);
  by_handle.add_mark(fs.path(), event_mask::close_write, mark_target::filesystem);
  write(fs / "b/two");
  const auto either = first_path(by_handle);
  BOOST_TEST((either == fs / "a/one" || either == fs / "b/two"));
}

// No system call takes such a path, but a tree that grew under the eyes of the resolver has them.
BOOST_AUTO_TEST_CASE(deeper_than_a_path_can_be_long)
{
  const auto fs = test::private_tmpfs();
  auto group = watch(fs.path());
  resolver.end_batch(0); // what is mounted is known: no path has to be looked at again
  error_code ec;
  resolver.learn(fs.path(), ec);
  const std::string name(200, 'd');
  auto expected = fs.path().string();
  fanio::unique_fd at(::open(fs.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (int i = 0; i < 30; ++i) // 6,000 bytes
  {
    BOOST_REQUIRE(::mkdirat(at.get(), name.c_str(), 0700) == 0);
    at.reset(::openat(at.get(), name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    paths(group);
    expected += "/" + name;
  }
  ::close(::openat(at.get(), "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  BOOST_TEST((last_path(group) == expected + "/file"));

  const auto elsewhere = test::private_tmpfs(); // and so the path has to be made sure of
  resolver.end_batch(0);
  ::close(::openat(at.get(), "file", O_WRONLY | O_CLOEXEC));
  BOOST_TEST((last_path(group) == expected + "/file"));

  path_resolver knows_nothing;
  ::close(::openat(at.get(), "file", O_WRONLY | O_CLOEXEC));
  const auto events = drain(group);
  BOOST_REQUIRE(!events.empty());
  std::string path;
  BOOST_TEST(knows_nothing.resolve(events.front(), path) == boost::system::errc::filename_too_long);
  BOOST_TEST(path == "");
}

BOOST_AUTO_TEST_SUITE_END()

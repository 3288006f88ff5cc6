// Which path an event is about, on real filesystems.

#include "paths_fixture.hpp"
#include "support/parsed_events.hpp"

#include <filesystem>
#include <string>

#include <fcntl.h>
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
using test::paths_fixture;
using test::write;

namespace {

/// Files in directories that were there before, that came, and that were renamed.
void check_tree(paths_fixture& f, const fs::path& top)
{
  fs::create_directories(top / "old/deep");
  auto group = f.watch(top);

  write(top / "old/deep/file");
  BOOST_TEST(f.last_path(group) == (top / "old/deep/file").string());

  fs::create_directories(top / "new/deeper");
  write(top / "new/deeper/file");
  BOOST_TEST(f.last_path(group) == (top / "new/deeper/file").string());

  fs::rename(top / "new", top / "old/moved");
  write(top / "old/moved/deeper/file");
  BOOST_TEST(f.last_path(group) == (top / "old/moved/deeper/file").string());
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(paths, paths_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(on_ext4)
{
  const test::private_filesystem fs("ext4");
  check_tree(*this, fs.path());
}

BOOST_AUTO_TEST_CASE(on_xfs, *utf::precondition(test::has_program("mkfs.xfs")))
{
  const test::private_filesystem fs("xfs");
  check_tree(*this, fs.path());
}

BOOST_AUTO_TEST_CASE(on_btrfs, *utf::precondition(test::has_program("mkfs.btrfs")))
{
  const test::private_filesystem fs("btrfs");
  check_tree(*this, fs.path());
}

BOOST_AUTO_TEST_CASE(on_tmpfs)
{
  const auto fs = test::private_tmpfs();
  check_tree(*this, fs.path());
}

BOOST_AUTO_TEST_CASE(a_known_directory_is_not_asked_for_again)
{
  const auto fs = test::private_tmpfs();
  fs.make_directory("a");
  auto group = watch(fs.path());
  write(fs / "a/1");
  paths(group);
  const auto asked = resolver.stats().asked;
  write(fs / "a/2");
  BOOST_TEST(last_path(group) == (fs / "a/2").string());
  BOOST_TEST(resolver.stats().asked == asked);
}

BOOST_AUTO_TEST_CASE(asking_makes_no_events)
{
  const auto fs = test::private_tmpfs();
  fs::create_directories(fs / "a/b/c");
  auto group = open(init_flags::report_dfid_name_target);
  group.add_mark(fs.path(),
                 event_mask::create | event_mask::open | event_mask::close | event_mask::ondir,
                 mark_target::filesystem);
  write(fs / "first");
  for (const auto& e : drain(group))
  {
    path_of(e);
  }
  drain(group); // the mount itself is opened once a batch
  write(fs / "a/b/c/file");
  for (const auto& e : drain(group))
  {
    BOOST_TEST(path_of(e) == (fs / "a/b/c/file").string());
  }
  BOOST_TEST(group.queued() == 0U);
}

BOOST_AUTO_TEST_CASE(a_rename_has_an_old_and_a_new_path)
{
  const auto fs = test::private_tmpfs();
  fs.make_directory("a");
  fs.make_directory("b");
  fs.write("a/old");
  auto group = open(init_flags::report_dfid_name_target);
  group.add_mark(fs.path(), event_mask::rename, mark_target::filesystem);
  fs::rename(fs / "a/old", fs / "b/new");
  const auto events = drain(group);
  BOOST_REQUIRE(events.size() == 1U);
  std::string path;
  BOOST_TEST(!resolver.resolve_old(events[0], path));
  BOOST_TEST(path == (fs / "a/old").string());
  BOOST_TEST(path_of(events[0]) == (fs / "b/new").string());
}

BOOST_AUTO_TEST_CASE(paths_of_queued_events_are_those_of_their_time)
{
  const auto fs = test::private_tmpfs();
  fs.make_directory("a");
  auto group = watch(fs.path());
  write(fs / "a/first");
  paths(group); // "a" is known
  write(fs / "a/second");
  fs::rename(fs / "a", fs / "b");
  write(fs / "b/third");
  const auto all = paths(group);
  BOOST_TEST((std::ranges::find(all, (fs / "a/second").string()) != all.end()));
  BOOST_TEST((std::ranges::find(all, (fs / "b/third").string()) != all.end()));
}

BOOST_AUTO_TEST_CASE(also_of_a_directory_that_was_renamed_many_times)
{
  const auto fs = test::private_tmpfs();
  fs.make_directory("0");
  auto group = watch(fs.path());
  write(fs / "0/file");
  paths(group);
  std::vector<std::string> expected;
  for (int i = 0; i < 20; ++i)
  {
    const auto now = fs / std::to_string(i + 1);
    fs::rename(fs / std::to_string(i), now);
    write(now / ("file" + std::to_string(i)));
    expected.push_back(now);
    expected.push_back(now / ("file" + std::to_string(i)));
  }
  BOOST_TEST(paths(group) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(also_of_a_directory_that_came_was_renamed_and_went)
{
  const auto fs = test::private_tmpfs();
  auto group = watch(fs.path());
  fs.make_directory("new");
  write(fs / "new/first");
  fs::rename(fs / "new", fs / "old");
  write(fs / "old/second");
  fs::remove_all(fs / "old");
  const auto all = foreseen_paths(group);
  for (const auto* const path : {"new", "new/first", "old", "old/second"})
  {
    BOOST_TEST((std::ranges::find(all, (fs / path).string()) != all.end()), path);
  }
}

// It left "a" twice, which is one event: that it is there, as the last one says, is not so.
BOOST_AUTO_TEST_CASE(of_a_directory_that_came_back_and_left_again_the_path_is_that_of_now)
{
  const auto fs = test::private_tmpfs();
  fs.make_directory("a");
  auto group = watch(fs.path());
  write(fs / "a/first");
  paths(group);
  fs::rename(fs / "a", fs / "b");
  fs::rename(fs / "b", fs / "a");
  fs::rename(fs / "a", fs / "b");
  write(fs / "b/second");
  BOOST_TEST(last_path(group) == (fs / "b/second").string());
  write(fs / "b/third"); // when nothing is queued any more it is known
  const auto asked = resolver.stats().asked;
  BOOST_TEST(last_path(group) == (fs / "b/third").string());
  BOOST_TEST(resolver.stats().asked == asked);
}

// That "b" came and went is one event, which does not say in which order.
BOOST_AUTO_TEST_CASE(where_the_kernel_has_merged_moves_the_path_is_that_of_now)
{
  const auto fs = test::private_tmpfs();
  fs.make_directory("a");
  auto group = open(init_flags::report_dfid_name_target);
  group.add_mark(fs.path(), resolve::tree_events_by_moves | event_mask::close_write,
                 mark_target::filesystem);
  write(fs / "a/first");
  paths(group);
  fs::rename(fs / "a", fs / "b");
  write(fs / "b/second");
  fs::rename(fs / "b", fs / "c");
  write(fs / "c/third");
  const auto all = paths(group);
  BOOST_TEST((std::ranges::find(all, (fs / "c/second").string()) != all.end()));
  BOOST_TEST(all.back() == (fs / "c/third").string());
}

BOOST_AUTO_TEST_CASE(the_name_of_a_deleted_file_is_known)
{
  const auto fs = test::private_tmpfs();
  fs.make_directory("a");
  fs.write("a/file");
  auto group = watch(fs.path());
  fs::remove(fs / "a/file");
  BOOST_TEST(last_path(group) == (fs / "a/file").string());
}

BOOST_AUTO_TEST_CASE(what_was_in_a_deleted_directory_is_known_and_said_to_be_gone)
{
  const auto fs = test::private_tmpfs();
  fs.make_directory("a");
  auto group = watch(fs.path());
  write(fs / "a/file");
  paths(group);
  fs::remove_all(fs / "a");
  BOOST_TEST(last_path(group) == (fs / "a").string());
  const auto events = drain(group);
  write(fs / "other");
  BOOST_TEST(last_path(group) == (fs / "other").string());
  BOOST_TEST(!resolver.is_deleted());
}

BOOST_AUTO_TEST_CASE(a_directory_that_was_gone_before_it_was_asked_for_is_stale)
{
  const auto fs = test::private_tmpfs();
  fs.make_directory("a");
  auto group = open(init_flags::report_dfid_name_target);
  group.add_mark(fs.path(), event_mask::close_write, mark_target::filesystem);
  write(fs / "a/file");
  fs::remove_all(fs / "a");
  const auto events = drain(group);
  BOOST_REQUIRE(events.size() == 1U);
  std::string path = "before";
  BOOST_TEST(resolver.resolve(events[0], path) == error_code(resolve::errc::stale));
  BOOST_TEST(path == "");
}

BOOST_AUTO_TEST_CASE(where_it_was_before_it_was_gone_can_be_foreseen)
{
  const auto fs = test::private_tmpfs();
  fs::create_directories(fs / "a/b");
  auto group = watch(fs.path());
  write(fs / "a/b/file");
  fs::remove_all(fs / "a");
  const auto all = foreseen_paths(group);
  BOOST_TEST((std::ranges::find(all, (fs / "a/b/file").string()) != all.end()));
  BOOST_TEST(all.back() == (fs / "a").string());
}

BOOST_AUTO_TEST_CASE(where_it_was_before_it_moved_and_was_gone_can_be_foreseen)
{
  const auto fs = test::private_tmpfs();
  fs.make_directory("a");
  fs.make_directory("b");
  auto group = watch(fs.path());
  write(fs / "a/file");
  fs::rename(fs / "a", fs / "b/c");
  write(fs / "b/c/other");
  fs::remove_all(fs / "b");
  const auto all = foreseen_paths(group);
  BOOST_TEST((std::ranges::find(all, (fs / "a/file").string()) != all.end()));
  BOOST_TEST((std::ranges::find(all, (fs / "b/c/other").string()) != all.end()));
}

BOOST_AUTO_TEST_CASE(what_came_to_a_place_is_not_taken_for_what_was_there_before)
{
  const auto fs = test::private_tmpfs();
  fs.make_directory("a");
  auto group = watch(fs.path());
  write(fs / "a/old");
  fs::remove_all(fs / "a");
  fs.make_directory("a");
  write(fs / "a/new");
  const auto all = foreseen_paths(group);
  BOOST_TEST((std::ranges::find(all, (fs / "a/old").string()) != all.end()));
  BOOST_TEST(all.back() == (fs / "a/new").string());
}

BOOST_AUTO_TEST_CASE(nor_for_gone_because_what_was_there_before_is_gone)
{
  const auto fs = test::private_tmpfs();
  fs.make_directory("place");
  fs.make_directory("other");
  auto group = watch(fs.path());
  write(fs / "other/1");
  fs::remove(fs / "place");
  fs::rename(fs / "other", fs / "place");
  write(fs / "place/2");
  BOOST_TEST(last_path(group) == (fs / "place/2").string());
  BOOST_TEST(!resolver.is_deleted());
}

BOOST_AUTO_TEST_CASE(names_are_any_bytes)
{
  const auto fs = test::private_tmpfs();
  auto group = watch(fs.path());
  for (const auto& name : {std::string("a\nb"), std::string("\xff\xfe"), std::string(255, 'n'),
                           std::string("a (deleted)"), std::string("\\x0a")})
  {
    fs::create_directory(fs.path() / name);
    write(fs.path() / name / name);
    BOOST_TEST(last_path(group) == (fs.path() / name / name).string());
    path_resolver asks; // and where it has to be asked for
    fs::remove(fs.path() / name / name);
    for (const auto& e : drain(group))
    {
      std::string path;
      BOOST_TEST(!asks.resolve(e, path));
      BOOST_TEST(path == (fs.path() / name / name).string());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_resolver_without_updates_asks_whether_a_path_still_leads_there)
{
  const auto fs = test::private_tmpfs();
  fs.make_directory("a");
  resolver = path_resolver({.is_updated = false});
  auto group = open(init_flags::report_dfid_name_target);
  group.add_mark(fs.path(), event_mask::close_write, mark_target::filesystem);
  write(fs / "a/1");
  BOOST_TEST(last_path(group) == (fs / "a/1").string());
  fs::rename(fs / "a", fs / "b");
  fs.make_directory("a"); // another
  write(fs / "b/2");
  BOOST_TEST(last_path(group) == (fs / "b/2").string());
}

BOOST_AUTO_TEST_CASE(after_an_overflow_everything_is_asked_for_again)
{
  const auto fs = test::private_tmpfs();
  fs.make_directory("a");
  auto group = watch(fs.path());
  write(fs / "a/1");
  paths(group);
  const auto asked = resolver.stats().asked;
  resolver.update(test::parsed_events(test::event_bytes(event_mask::q_overflow).bytes()).only());
  write(fs / "a/2");
  BOOST_TEST(last_path(group) == (fs / "a/2").string());
  BOOST_TEST(resolver.stats().asked > asked);
}

BOOST_AUTO_TEST_CASE(a_filesystem_that_is_mounted_elsewhere_has_paths_there)
{
  const test::private_filesystem fs;
  fs.make_directory("a");
  const auto again = test::bind_mount(fs / "a");
  auto group = watch(fs.path());
  write(again / "file");
  BOOST_TEST(last_path(group) == (fs / "a/file").string()); // by the mount of the whole
}

BOOST_AUTO_TEST_CASE(what_no_mount_shows_has_no_path)
{
  test::private_filesystem fs;
  fs.make_directory("a");
  fs.make_directory("b");
  const auto part = test::bind_mount(fs / "a");
  auto group = watch(part.path());
  const fanio::unique_fd b(::open((fs / "b").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  BOOST_REQUIRE(fs.unmount(MNT_DETACH) == 0);
  const fanio::unique_fd file(::openat(b.get(), "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  BOOST_REQUIRE(file.get() >= 0);
  const auto events = drain(group);
  BOOST_REQUIRE(!events.empty());
  std::string path;
  BOOST_TEST(resolver.resolve(events[0], path) == error_code(resolve::errc::outside_of_mounts));
  write(part / "seen");
  BOOST_TEST(last_path(group) == (part / "seen").string());
}

BOOST_AUTO_TEST_CASE(what_is_mounted_over_is_hidden)
{
  const test::private_filesystem fs;
  fs.make_directory("a");
  const fanio::unique_fd a(::open((fs / "a").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  auto group = watch(fs.path());
  BOOST_REQUIRE(::mount("over", (fs / "a").c_str(), "tmpfs", 0, nullptr) == 0);
  const fanio::unique_fd file(::openat(a.get(), "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  const auto events = drain(group);
  BOOST_REQUIRE(!events.empty());
  std::string path;
  BOOST_TEST(resolver.resolve(events[0], path) == error_code(resolve::errc::hidden));
  BOOST_TEST(::umount2((fs / "a").c_str(), 0) == 0);
  resolver.end_batch(0);
  BOOST_TEST(path_of(events[0]) == (fs / "a/file").string());
}

BOOST_AUTO_TEST_CASE(a_mount_that_is_moved_is_followed)
{
  const auto fs = test::private_tmpfs();
  const test::temp_directory elsewhere;
  auto group = watch(fs.path());
  write(fs / "1");
  BOOST_TEST(last_path(group) == (fs / "1").string());
  BOOST_REQUIRE(::mount(fs.path().c_str(), elsewhere.path().c_str(), nullptr, MS_MOVE, nullptr) ==
                0);
  write(elsewhere / "2");
  resolver.end_batch(0);
  BOOST_TEST(last_path(group) == (elsewhere / "2").string());
  resolver.end_batch(0); // it does not keep the filesystem busy
  BOOST_TEST(::umount2(elsewhere.path().c_str(), 0) == 0);
}

// Ids of mounts and numbers of devices are given again.
BOOST_AUTO_TEST_CASE(what_is_mounted_anew_and_looks_the_same_is_another_filesystem)
{
  auto fs = test::private_tmpfs();
  auto group = watch(fs.path());
  write(fs / "1");
  BOOST_TEST(last_path(group) == (fs / "1").string());
  resolver.end_batch(0);
  BOOST_REQUIRE(fs.unmount() == 0);
  BOOST_REQUIRE(::mount("tmpfs", fs.path().c_str(), "tmpfs", 0, nullptr) == 0);
  resolver.end_batch(0);
  auto anew = watch(fs.path());
  write(fs / "2");
  BOOST_TEST(last_path(anew) == (fs / "2").string());
}

BOOST_AUTO_TEST_CASE(a_small_memory_asks_more_often_and_is_as_right)
{
  const auto fs = test::private_tmpfs();
  resolver = path_resolver({.max_directories = 4});
  for (int i = 0; i < 50; ++i)
  {
    fs::create_directories(fs / (std::to_string(i) + "/below"));
  }
  auto group = watch(fs.path());
  for (int i = 0; i < 50; ++i)
  {
    const auto file = fs / (std::to_string(i) + "/below/file");
    write(file);
    BOOST_TEST(last_path(group) == file.string());
  }
  BOOST_TEST(resolver.stats().evictions > 0U);
  BOOST_TEST(resolver.stats().directories <= 8U);
}

BOOST_AUTO_TEST_SUITE_END()

// Without privileges ------------------------------------------------------------------------------

BOOST_FIXTURE_TEST_SUITE(learnt_paths, test::reading_fixture)

BOOST_AUTO_TEST_CASE(a_directory_that_was_learnt_needs_no_privilege)
{
  path_resolver resolver;
  error_code ec;
  resolver.learn(directory.path(), ec);
  BOOST_REQUIRE(!ec);
  auto group = open(init_flags::report_dfid_name);
  group.add_mark(directory.path(), event_mask::create | event_mask::event_on_child);
  directory.write("file");
  const auto events = drain(group);
  BOOST_REQUIRE(events.size() == 1U);
  std::string path;
  BOOST_TEST(!resolver.resolve(events[0], path));
  BOOST_TEST(path == (directory / "file").string());
  BOOST_TEST(resolver.stats().asked == 0U);
}

BOOST_AUTO_TEST_CASE(a_path_that_leads_nowhere_can_not_be_learnt)
{
  path_resolver resolver;
  error_code ec;
  resolver.learn("/nowhere/at/all", ec);
  BOOST_TEST(ec == boost::system::errc::no_such_file_or_directory);
}

BOOST_AUTO_TEST_SUITE_END()

// V. What is mounted and unmounted in a mount namespace, told by unique ids.

#include "support/mount_listener.hpp"
#include "support/refused.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace utf = boost::unit_test;
using fanio::errc;
using fanio::event_mask;
using fanio::init_flags;
using fanio::location;
using fanio::mark_flags;
using fanio::mark_target;
using test::in_a_mount_namespace;
using test::in_a_user_namespace;
using test::mount_listener;

namespace {

using enum fanio::event_mask;

/// A precondition: root of a user namespace may watch his mounts (6.16).
boost::test_tools::assertion_result has_mount_events_in_user_namespaces(utf::test_unit_id id)
{
  if (const auto namespaces = test::has_user_namespaces(id); !namespaces)
  {
    return namespaces;
  }
  test::forked process(
      []
      {
        test::drop_privileges();
        test::become_root_of_a_user_namespace();
        boost::asio::io_context context;
        fanio::fanotify_handle group(context);
        fanio::error_code ec;
        group.open({.flags = init_flags::report_mnt}, ec);
        group.add_mark("/proc/self/ns/mnt", mnt_attach, ec, mark_target::mntns);
        return ec ? 1 : 0;
      });
  return test::needs(process.result() == 0,
                     "a kernel that tells root of a user namespace of his mounts");
}

std::vector<std::uint64_t> sorted_ids(const std::vector<mount_listener::told>& events)
{
  std::vector<std::uint64_t> ids;
  for (const auto& [mask, id] : events)
  {
    ids.push_back(id);
  }
  std::ranges::sort(ids);
  return ids;
}

bool all_are(const std::vector<mount_listener::told>& events, event_mask wanted)
{
  return std::ranges::all_of(events, [wanted](const auto& e) { return e.first == wanted; });
}

/// V01
void only_a_group_that_is_marked_is_told(mount_listener& here)
{
  auto removed = here.watch();
  auto flushed = here.watch();
  here.group.add_mark("/proc/self/ns/mnt", mount_listener::both, mark_target::mntns); // again
  removed.remove_mark("/proc/self/ns/mnt", mount_listener::both, mark_target::mntns);
  flushed.flush_marks(mark_target::mntns);

  const auto id = here.mount_tmpfs(here.make_directory("a"));

  here.check_told({{mnt_attach, id}});
  for (auto* const other : {&removed, &flushed})
  {
    BOOST_TEST(other->queued() == 0U);
    fanio::error_code ec;
    other->read_events(*here.buffer, ec);
    BOOST_TEST((ec == boost::asio::error::would_block));
  }
}

/// V02
void a_bind_mount_over_itself_is_told_when_it_comes_and_goes(mount_listener& here)
{
  const auto before = test::mount_id(here.root);
  const auto id = here.mount(here.root, here.root);
  BOOST_TEST(id != before);
  here.check_told({{mnt_attach, id}});
  here.unmount(here.root);
  here.check_told({{mnt_detach, id}});
  BOOST_TEST(test::mount_id(here.root) == before);
}

/// V04
void each_mount_that_propagation_makes_is_told_once(mount_listener& here)
{
  const auto first = test::mount_id(here.root);
  here.change(here.root, MS_SHARED);
  std::vector<mount_listener::told> attached;
  for (std::size_t number = 1; number < 16; number *= 2)
  {
    here.mount(here.root, here.root); // as many again as there are
    const auto events = here.read_all();
    BOOST_TEST(events.size() == number);
    attached.insert(attached.end(), events.begin(), events.end());
  }
  BOOST_TEST(all_are(attached, mnt_attach));
  auto listed = test::mounts_below(first);
  std::ranges::sort(listed);
  BOOST_TEST(sorted_ids(attached) == listed, boost::test_tools::per_element());

  while (test::mount_id(here.root) != first)
  {
    here.unmount(here.root, MNT_DETACH);
  }
  const auto detached = here.read_all();
  BOOST_TEST(all_are(detached, mnt_detach));
  BOOST_TEST(sorted_ids(detached) == listed, boost::test_tools::per_element());
}

/// V05
void a_mount_is_told_when_it_gets_its_place(mount_listener& here)
{
  const auto at = here.make_directory("a");
  const fanio::unique_fd type(::fsopen("tmpfs", FSOPEN_CLOEXEC));
  BOOST_REQUIRE(::fsconfig(type.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0);
  const fanio::unique_fd made(::fsmount(type.get(), FSMOUNT_CLOEXEC, 0));
  BOOST_REQUIRE(made);
  here.check_told({});

  BOOST_REQUIRE(::move_mount(made.get(), "", AT_FDCWD, at.c_str(), MOVE_MOUNT_F_EMPTY_PATH) == 0);
  here.check_told({{mnt_attach, test::mount_id(at)}});
}

/// V06
void a_mount_that_loses_its_parent_is_moved(mount_listener& here)
{
  // What is mounted in `master` is mounted in `slave` too; there something is put on top.
  const auto master = here.make_directory("master");
  const auto slave = here.make_directory("slave");
  here.mount_tmpfs(master);
  here.change(master, MS_SHARED);
  std::filesystem::create_directory(master / "x");
  here.mount(master, slave);
  here.change(slave, MS_SLAVE);
  const auto made = here.mount_tmpfs(master / "x");
  const auto propagated = test::mount_id(slave / "x");
  const auto on_top = here.mount_tmpfs(slave / "x");
  here.read_all();

  here.unmount(master / "x");

  BOOST_TEST(test::mount_id(slave / "x") == on_top);
  auto events = here.read_all();
  std::ranges::sort(events, {}, &mount_listener::told::second);
  const std::vector<mount_listener::told> wanted = {
      {mnt_detach, made}, {mnt_detach, propagated}, {mount_listener::both, on_top}};
  BOOST_TEST((events == wanted));
}

/// V07
void a_mount_point_that_is_removed_elsewhere_takes_its_mount_along(mount_listener& here)
{
  const auto at = here.make_directory("a");
  const auto id = here.mount_tmpfs(at);
  here.read_all();
  test::forked elsewhere(
      [&]
      {
        test::enter_private_mounts();
        return ::umount2(at.c_str(), 0) == 0 && ::rmdir(at.c_str()) == 0 ? 0 : 1;
      });
  BOOST_REQUIRE(elsewhere.result() == 0);
  here.check_told({{mnt_detach, id}});
}

/// V08
void pivot_root_moves_two_mounts(mount_listener& here)
{
  // The root that is left is the tmpfs: the namespace's very first can't be.
  const auto old_root = test::mount_id(here.root);
  const auto new_root = here.mount_tmpfs(here.make_directory("new"));
  here.make_directory("new/old");
  here.read_all();
  test::forked process(
      [&]
      {
        return ::chroot(here.root.c_str()) == 0 && ::chdir("/") == 0 &&
                       ::syscall(SYS_pivot_root, "new", "new/old") == 0
                   ? 0
                   : 1;
      });
  BOOST_REQUIRE(process.result() == 0);

  auto events = here.read_all();
  std::ranges::sort(events, {}, &mount_listener::told::second);
  const std::vector<mount_listener::told> wanted = {{mount_listener::both, old_root},
                                                    {mount_listener::both, new_root}};
  BOOST_TEST((events == wanted));
}

/// V10
void other_namespaces_and_changes_of_flags_are_not_told(mount_listener& here)
{
  const auto at = here.make_directory("a");
  const auto id = here.mount_tmpfs(at);
  here.check_told({{mnt_attach, id}});
  test::forked elsewhere(
      [&]
      {
        test::enter_private_mounts();
        return ::mount("tmpfs", at.c_str(), "tmpfs", 0, nullptr);
      });
  BOOST_REQUIRE(elsewhere.result() == 0);
  here.change(at, MS_REMOUNT | MS_BIND | MS_RDONLY);
  BOOST_TEST(test::try_open(at / "file", O_CREAT | O_WRONLY) == EROFS);
  here.check_told({});
}

/// V11
void only_a_mount_namespace_takes_the_mark(mount_listener& here)
{
  auto group = here.open(init_flags::report_mnt);
  const fanio::unique_fd uts(::open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC));
  const auto directory = here.make_directory("a");
  for (const auto& where : {location::of_fd(uts.get()), location(directory)})
  {
    test::check_add_refused(group, where, mnt_attach, mark_target::mntns,
                            errc::not_a_mount_namespace);
  }
}

/// V11
void what_is_ignored_is_not_told(mount_listener& here)
{
  const auto* const own = "/proc/self/ns/mnt";
  test::check_add_refused(here.group, own, mnt_attach, mark_target::mntns,
                          errc::ignore_needs_surv_modify, mark_flags::ignore);
  here.group.ignore(own, mnt_attach, mark_target::mntns);
  const auto at = here.make_directory("a");
  const auto id = here.mount_tmpfs(at);
  here.check_told({});
  here.unmount(at);
  here.check_told({{mnt_detach, id}});
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(mount_events, test::watchdog,
                         *utf::precondition(test::is_privileged) *
                             utf::precondition(test::has<init_flags::report_mnt>))

BOOST_AUTO_TEST_CASE(V01_only_a_group_that_is_marked_is_told)
{
  in_a_mount_namespace(only_a_group_that_is_marked_is_told);
}

BOOST_AUTO_TEST_CASE(V02_a_bind_mount_over_itself_is_told_when_it_comes_and_goes)
{
  in_a_mount_namespace(a_bind_mount_over_itself_is_told_when_it_comes_and_goes);
}

BOOST_AUTO_TEST_CASE(V04_each_mount_that_propagation_makes_is_told_once)
{
  in_a_mount_namespace(each_mount_that_propagation_makes_is_told_once);
}

BOOST_AUTO_TEST_CASE(V05_a_mount_is_told_when_it_gets_its_place)
{
  in_a_mount_namespace(a_mount_is_told_when_it_gets_its_place);
}

BOOST_AUTO_TEST_CASE(V06_a_mount_that_loses_its_parent_is_moved)
{
  in_a_mount_namespace(a_mount_that_loses_its_parent_is_moved);
}

BOOST_AUTO_TEST_CASE(V07_a_mount_point_that_is_removed_elsewhere_takes_its_mount_along)
{
  in_a_mount_namespace(a_mount_point_that_is_removed_elsewhere_takes_its_mount_along);
}

BOOST_AUTO_TEST_CASE(V08_pivot_root_moves_two_mounts)
{
  in_a_mount_namespace(pivot_root_moves_two_mounts);
}

BOOST_AUTO_TEST_CASE(V10_other_namespaces_and_changes_of_flags_are_not_told)
{
  in_a_mount_namespace(other_namespaces_and_changes_of_flags_are_not_told);
}

BOOST_AUTO_TEST_CASE(V11_only_a_mount_namespace_takes_the_mark)
{
  in_a_mount_namespace(only_a_mount_namespace_takes_the_mark);
}

BOOST_AUTO_TEST_CASE(V11_what_is_ignored_is_not_told)
{
  in_a_mount_namespace(what_is_ignored_is_not_told);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(mount_events_in_a_user_namespace, test::watchdog,
                         *utf::precondition(has_mount_events_in_user_namespaces))

BOOST_AUTO_TEST_CASE(V01_only_a_group_that_is_marked_is_told)
{
  in_a_user_namespace(only_a_group_that_is_marked_is_told);
}

BOOST_AUTO_TEST_CASE(V02_a_bind_mount_over_itself_is_told_when_it_comes_and_goes)
{
  in_a_user_namespace(a_bind_mount_over_itself_is_told_when_it_comes_and_goes);
}

BOOST_AUTO_TEST_CASE(V04_each_mount_that_propagation_makes_is_told_once)
{
  in_a_user_namespace(each_mount_that_propagation_makes_is_told_once);
}

BOOST_AUTO_TEST_CASE(V05_a_mount_is_told_when_it_gets_its_place)
{
  in_a_user_namespace(a_mount_is_told_when_it_gets_its_place);
}

BOOST_AUTO_TEST_CASE(V06_a_mount_that_loses_its_parent_is_moved)
{
  in_a_user_namespace(a_mount_that_loses_its_parent_is_moved);
}

BOOST_AUTO_TEST_CASE(V07_a_mount_point_that_is_removed_elsewhere_takes_its_mount_along)
{
  in_a_user_namespace(a_mount_point_that_is_removed_elsewhere_takes_its_mount_along);
}

BOOST_AUTO_TEST_CASE(V08_pivot_root_moves_two_mounts)
{
  in_a_user_namespace(pivot_root_moves_two_mounts);
}

BOOST_AUTO_TEST_CASE(V10_other_namespaces_and_changes_of_flags_are_not_told)
{
  in_a_user_namespace(other_namespaces_and_changes_of_flags_are_not_told);
}

BOOST_AUTO_TEST_CASE(V11_only_a_mount_namespace_takes_the_mark)
{
  in_a_user_namespace(only_a_mount_namespace_takes_the_mark);
}

BOOST_AUTO_TEST_CASE(V11_what_is_ignored_is_not_told)
{
  in_a_user_namespace(what_is_ignored_is_not_told);
}

BOOST_AUTO_TEST_SUITE_END()

// I. What an ignore mask is about, whatever kind of mark it is on and whatever kind asks for
// events.

#include "support/file_scenario.hpp"
#include "support/ignores.hpp"

#include <array>

namespace utf = boost::unit_test;
using boost::test_tools::per_element;
using fanio::event;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;
using std::filesystem::path;

namespace {

using masks = std::vector<event_mask>;

constexpr auto opened = event_mask::open;
constexpr auto executed = event_mask::open_exec;
constexpr auto on_child = event_mask::event_on_child;
constexpr auto ondir = event_mask::ondir;

constexpr auto of_files = init_flags::report_dfid_name | init_flags::report_fid;
constexpr std::array lower_classes{init_flags::class_content, init_flags::class_notif, of_files};
constexpr std::size_t groups_a_class = 3;

/// Where a mark is put, and what it is about beside the object.
struct place
{
  mark_target target;
  path where;
  event_mask modifiers{};
};

place inode(const path& where, event_mask modifiers = {})
{
  return {.target = mark_target::inode, .where = where, .modifiers = modifiers};
}

place mount(const path& where)
{
  return {.target = mark_target::mount, .where = where};
}

place filesystem(const path& where)
{
  return {.target = mark_target::filesystem, .where = where};
}

/// Twelve groups watch a place: three of each class. Those of the highest class are the control and
/// hear all; the others ignore openings of another place.
///
/// One filesystem by two mounts, each with the same files and programs in a directory.
struct ignore_matrix_fixture : test::scenario
{
  /// The file is opened, and `expected` is what the ignoring groups hear of it.
  void check_opening(const place& watched, const place& ignored, const path& what,
                     event_mask expected)
  {
    for (const auto kind : test::surviving_ignores)
    {
      check_opening(watched, ignored, what, expected, kind);
    }
  }

  void check_opening(const place& watched, const place& ignored, const path& what,
                     event_mask expected, mark_flags kind)
  {
    BOOST_TEST_CONTEXT(to_string(kind))
    {
      open_groups(watched, opened, ignored, kind);
      test::opener child(what);
      check(child, what, opened, expected);
    }
  }

  /// The same for a program that is executed, where groups ask also for executions.
  void check_execution(const place& watched, const place& ignored, const path& what,
                       event_mask expected)
  {
    for (const auto kind : test::surviving_ignores)
    {
      BOOST_TEST_CONTEXT(to_string(kind))
      {
        open_groups(watched, opened | executed, ignored, kind);
        test::executor child(what);
        check(child, what, opened | executed, expected);
      }
    }
  }

  static path make_tree(const test::mount_point& on)
  {
    const auto tree = on.make_directory("directory");
    on.make_directory("directory/subdirectory");
    for (const auto* const file : {"directory/file", "directory/other file"})
    {
      on.write(file);
    }
    for (const auto* const file : {"program", "other program"})
    {
      test::copy_program(tree / file);
    }
    return tree;
  }

  void open_groups(const place& watched, event_mask mask, const place& ignored, mark_flags kind)
  {
    control.clear();
    ignoring.clear();
    for (std::size_t i = 0; i < groups_a_class; ++i)
    {
      control.push_back(watch(init_flags::class_pre_content, watched, mask));
      for (const auto flags : lower_classes)
      {
        auto& group = ignoring.emplace_back(watch(flags, watched, mask));
        test::ignore_openings(group, ignored.where, ignored.target, ignored.modifiers, kind);
        if (added_later != event_mask::none)
        {
          group.add_mark(ignored.where, added_later, ignored.target);
        }
      }
    }
  }

  fanotify_handle watch(init_flags flags, const place& watched, event_mask mask)
  {
    auto group = open(flags);
    group.add_mark(watched.where, mask | watched.modifiers, watched.target);
    return group;
  }

  void check(test::forked& child, const path& what, event_mask all, event_mask expected)
  {
    BOOST_TEST(child.result() == 0);
    for (auto& group : control)
    {
      check(group, child, what, all);
    }
    for (auto& group : ignoring)
    {
      check(group, child, what, expected);
    }
  }

  void check(fanotify_handle& group, const test::forked& child, const path& what,
             event_mask expected)
  {
    BOOST_TEST_CONTEXT(to_string(group.flags()))
    {
      const bool has_handles = has_any(group.flags(), of_files);
      masks told;
      for (const auto& e : drain(group))
      {
        BOOST_TEST(e.pid() == child.pid());
        BOOST_TEST((has_handles || test::inode_of(e.fd()) == test::inode_of(what)));
        if (has_any(e.mask(), opened | executed))
        {
          told.push_back(e.mask() & ~(added_later & event_mask::close));
        }
      }
      const bool says_directory = has_handles && std::filesystem::is_directory(what);
      BOOST_TEST(told == (expected == event_mask::none ? masks{}
                          : says_directory             ? masks{expected | ondir}
                                                       : masks{expected}),
                 per_element());
    }
  }

  test::private_filesystem fs;
  test::mount_point second_mount = test::bind_mount(fs.path());
  path by_first = make_tree(fs);
  path by_second = second_mount / "directory";

  /// What the ignoring groups also ask for, afterwards, on the place that they ignore.
  event_mask added_later{};

  std::vector<fanotify_handle> control;
  std::vector<fanotify_handle> ignoring;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(ignore_matrix, ignore_matrix_fixture,
                         *utf::precondition(test::is_privileged))

// A file is ignored -------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(I01_a_mount_mark_minds_the_ignore_of_a_file_named_by_another_mount)
{
  check_opening(mount(by_first), inode(by_second / "file"), by_first / "file", {});
}

BOOST_AUTO_TEST_CASE(I02_of_an_execution_only_the_opening_is_ignored)
{
  check_execution(mount(by_first), inode(by_second / "program"), by_first / "program", executed);
}

BOOST_AUTO_TEST_CASE(I03_another_file_on_the_mount_is_not_ignored)
{
  check_opening(mount(by_first), inode(by_second / "file"), by_first / "other file", opened);
}

BOOST_AUTO_TEST_CASE(I04_another_program_on_the_mount_is_not_ignored)
{
  check_execution(mount(by_first), inode(by_second / "program"), by_first / "other program",
                  opened | executed);
}

BOOST_AUTO_TEST_CASE(I09_a_filesystem_mark_minds_the_ignore_of_a_file)
{
  check_opening(filesystem(by_first), inode(by_first / "file"), by_first / "file", {});
}

BOOST_AUTO_TEST_CASE(I10_of_an_execution_on_the_filesystem_only_the_opening_is_ignored)
{
  check_execution(filesystem(by_first), inode(by_first / "program"), by_first / "program",
                  executed);
}

BOOST_AUTO_TEST_CASE(I11_another_file_on_the_filesystem_is_not_ignored)
{
  check_opening(filesystem(by_first), inode(by_first / "file"), by_first / "other file", opened);
}

BOOST_AUTO_TEST_CASE(I12_another_program_on_the_filesystem_is_not_ignored)
{
  check_execution(filesystem(by_first), inode(by_first / "program"), by_first / "other program",
                  opened | executed);
}

// A mount is ignored ------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(I06_a_program_mark_minds_the_ignore_of_the_mount_that_is_used)
{
  check_execution(inode(by_first / "program"), mount(by_second), by_second / "program", executed);
}

BOOST_AUTO_TEST_CASE(I07_a_file_mark_does_not_mind_the_ignore_of_a_mount_that_is_not_used)
{
  check_opening(inode(by_first / "file"), mount(by_second), by_first / "file", opened);
}

BOOST_AUTO_TEST_CASE(I08_a_program_mark_does_not_mind_the_ignore_of_a_mount_that_is_not_used)
{
  check_execution(inode(by_first / "program"), mount(by_second), by_first / "program",
                  opened | executed);
}

BOOST_AUTO_TEST_CASE(I13_a_filesystem_mark_minds_the_ignore_of_the_mount_that_is_used)
{
  check_opening(filesystem(by_first), mount(by_second), by_second / "file", {});
  check_execution(filesystem(by_first), mount(by_second), by_second / "program", executed);
}

BOOST_AUTO_TEST_CASE(I14_a_filesystem_mark_does_not_mind_the_ignore_of_a_mount_that_is_not_used)
{
  check_opening(filesystem(by_first), mount(by_second), by_first / "file", opened);
  check_execution(filesystem(by_first), mount(by_second), by_first / "program", opened | executed);
}

BOOST_AUTO_TEST_CASE(I15_a_directory_mark_minds_the_ignore_of_the_mount)
{
  check_execution(inode(by_first, on_child), mount(by_first), by_first / "program", executed);
}

// The parent is ignored ---------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(I16_a_directory_can_be_watched_and_ignored_by_one_mark)
{
  check_opening(inode(by_first, on_child), inode(by_first, on_child), by_first / "file", {});
}

BOOST_AUTO_TEST_CASE(I18_a_mount_mark_minds_the_ignore_of_the_parent_if_that_is_about_children)
{
  check_opening(mount(by_first), inode(by_first, on_child), by_first / "file", {});
  check_opening(mount(by_first), inode(by_first), by_first / "file", opened);
}

BOOST_AUTO_TEST_CASE(I19_a_filesystem_mark_minds_the_ignore_of_the_parent_if_that_is_about_children)
{
  check_opening(filesystem(by_first), inode(by_first, on_child), by_first / "file", {});
  check_opening(filesystem(by_first), inode(by_first), by_first / "file", opened);
}

BOOST_AUTO_TEST_CASE(I22_a_parent_can_ignore_its_subdirectories)
{
  const auto subdirectory = by_first / "subdirectory";
  check_opening(inode(subdirectory, ondir), inode(by_first, on_child | ondir), subdirectory, {},
                mark_flags::ignore_surv);
}

BOOST_AUTO_TEST_CASE(I23_a_parent_ignores_subdirectories_only_as_children_and_directories_at_once)
{
  const auto subdirectory = by_first / "subdirectory";
  for (const auto modifier : {on_child, ondir})
  {
    check_opening(inode(subdirectory, ondir), inode(by_first, modifier), subdirectory, opened,
                  mark_flags::ignore_surv);
  }
}

BOOST_AUTO_TEST_CASE(I24_the_mask_of_the_mark_does_not_change_what_its_ignore_mask_is_about)
{
  added_later = event_mask::close | on_child | ondir;
  const auto subdirectory = by_first / "subdirectory";
  for (const auto modifiers : {event_mask::none, on_child, ondir, on_child | ondir})
  {
    const auto of_children = has_any(modifiers, on_child) ? event_mask::none : opened;
    const auto of_subdirectories = modifiers == (on_child | ondir) ? event_mask::none : opened;
    BOOST_TEST_CONTEXT("an ignore mask with " << to_string(modifiers))
    {
      const auto ignored = inode(by_first, modifiers);
      check_opening(mount(by_first), ignored, by_first / "file", of_children,
                    mark_flags::ignore_surv);
      check_opening(filesystem(by_first), ignored, by_first / "file", of_children,
                    mark_flags::ignore_surv);
      check_opening(inode(subdirectory, ondir), ignored, subdirectory, of_subdirectories,
                    mark_flags::ignore_surv);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

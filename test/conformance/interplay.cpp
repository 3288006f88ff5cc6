// H. A parent's mark, a mount's and an ignore on the parent: which children and directories each
// is about.

#include "support/file_scenario.hpp"
#include "support/ignores.hpp"

#include <array>
#include <optional>

namespace utf = boost::unit_test;
using boost::test_tools::per_element;
using fanio::event;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;

namespace {

using masks = std::vector<event_mask>;

constexpr auto closed = event_mask::close_nowrite;
constexpr auto of_children = event_mask::event_on_child;
constexpr auto of_directories = event_mask::ondir;

/// An ignore of closings on the parent.
struct parent_ignore
{
  mark_flags kind = mark_flags::ignore_surv;
  event_mask modifiers{};
};

/// A file of the parent is written to, and then something, in `opened`, is opened and closed.
struct row
{
  mark_target target = mark_target::mount; ///< Where closings are watched.
  event_mask modifiers{};                  ///< Whether also of directories.
  const char* opened = "";                 ///< The parent itself if empty.
  std::optional<parent_ignore> ignored =
      std::nullopt; ///< By the other groups, which then watch as the first.
  bool first_is_told = true;
  bool others_are_told = false;
};

struct interplay_fixture : test::scenario
{
  void check(const row& r, init_flags first_flags = init_flags::class_notif)
  {
    auto first = open(first_flags);
    first.add_mark(path(r), closed | of_children | r.modifiers, r.target);
    first.add_mark(parent, event_mask::modify | of_children | r.modifiers);
    std::array others{open_other(r), open_other(r)};

    test::modify(parent / "tfile");
    BOOST_REQUIRE(test::try_open(path(r)) == 0);

    told_to_first = drain(first);
    BOOST_TEST(test::masks(told_to_first) == (r.first_is_told ? masks{event_mask::modify, closed}
                                                              : masks{event_mask::modify}),
               per_element());
    for (auto& other : others)
    {
      BOOST_TEST(test::masks(drain(other)) == (r.others_are_told ? masks{closed} : masks{}),
                 per_element());
    }
  }

  std::vector<event> told_to_first;

  [[nodiscard]] std::filesystem::path path(const row& r) const
  {
    return *r.opened == '\0' ? parent : parent / r.opened;
  }

  fanotify_handle open_other(const row& r)
  {
    auto group = open(init_flags::class_notif);
    if (r.ignored)
    {
      group.add_mark(path(r), closed | of_children | r.modifiers, r.target);
      group.ignore(parent, closed | r.ignored->modifiers, mark_target::inode, r.ignored->kind);
    }
    else
    {
      group.add_mark(path(r), closed, r.target);
      group.add_mark(parent, event_mask::modify);
    }
    return group;
  }

  [[nodiscard]] std::filesystem::path make_tree() const
  {
    const auto tree = fs.make_directory("parent");
    fs.make_directory("parent/testdir");
    fs.write("parent/tfile");
    fs.write("parent/testfile");
    return tree;
  }

  test::private_filesystem fs;
  test::mount_point mount = test::bind_mount(make_tree());
  std::filesystem::path parent = mount.path();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(interplay, interplay_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(H01_a_mount_mark_without_ondir_is_not_about_directories)
{
  check({.opened = "testdir", .first_is_told = false});
}

BOOST_AUTO_TEST_CASE(H02_a_mount_mark_with_ondir_is_about_directories)
{
  check({.modifiers = of_directories, .opened = "testdir"});
}

BOOST_AUTO_TEST_CASE(H03_a_mount_mark_with_ondir_is_about_a_marked_parent_too)
{
  check({.modifiers = of_directories, .opened = ""});
}

BOOST_AUTO_TEST_CASE(H04_a_subdirectory_is_told_of_by_its_own_mark)
{
  check({.target = mark_target::inode, .modifiers = of_directories, .opened = "testdir"});
}

BOOST_AUTO_TEST_CASE(H05_a_mount_mark_is_about_files_in_every_group)
{
  check({.opened = "testfile", .others_are_told = true});
}

BOOST_AUTO_TEST_CASE(H06_a_mount_mark_is_about_files_also_where_one_group_wants_names)
{
  check({.opened = "testfile", .others_are_told = true}, init_flags::report_dfid_name);
  BOOST_REQUIRE(told_to_first.size() == 2);
  BOOST_TEST(told_to_first[0].name().value() == "tfile");
  BOOST_TEST(told_to_first[1].name().value() == "testfile");
}

BOOST_AUTO_TEST_CASE(H08_an_older_ignore_of_a_directory_is_not_about_its_children)
{
  check({.opened = "testfile",
         .ignored = parent_ignore{.kind = test::older_ignore},
         .others_are_told = true});
}

BOOST_AUTO_TEST_CASE(H09_an_ignore_without_ondir_is_not_about_the_directory)
{
  check({.modifiers = of_directories,
         .opened = "",
         .ignored = parent_ignore{},
         .others_are_told = true});
}

BOOST_AUTO_TEST_CASE(H10_an_ignore_with_ondir_is_about_the_directory)
{
  check({.modifiers = of_directories,
         .opened = "",
         .ignored = parent_ignore{.modifiers = of_directories}});
}

BOOST_AUTO_TEST_CASE(H11_an_ignore_without_event_on_child_is_not_about_children)
{
  check({.opened = "testfile", .ignored = parent_ignore{}, .others_are_told = true});
}

BOOST_AUTO_TEST_CASE(H12_an_ignore_with_event_on_child_is_about_children)
{
  check({.opened = "testfile", .ignored = parent_ignore{.modifiers = of_children}});
}

BOOST_AUTO_TEST_CASE(H13_an_ignore_with_ondir_alone_is_not_about_subdirectories)
{
  check({.modifiers = of_directories,
         .opened = "testdir",
         .ignored = parent_ignore{.modifiers = of_directories},
         .others_are_told = true});
}

BOOST_AUTO_TEST_CASE(H15_an_ignore_with_ondir_and_event_on_child_is_about_subdirectories)
{
  check({.modifiers = of_directories,
         .opened = "testdir",
         .ignored = parent_ignore{.modifiers = of_children | of_directories}});
}

BOOST_AUTO_TEST_SUITE_END()

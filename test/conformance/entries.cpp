// N. What happens to the entries of a directory, told by handles alone: without names, all that
// happens to the entries is one event of the directory.

#include "support/identity.hpp"
#include "support/scenario.hpp"

#include <algorithm>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_target;

namespace {

constexpr auto entries = event_mask::create | event_mask::delete_ | event_mask::move;
constexpr auto watched = entries | event_mask::modify | event_mask::delete_self | event_mask::ondir;

struct entries_fixture : test::scenario
{
  /// A filesystem mark, or an inode mark on the directory that minds its children.
  fanotify_handle watch(mark_target target)
  {
    auto group = open(init_flags::report_fid);
    const auto children = target == mark_target::inode ? event_mask::event_on_child : event_mask{};
    group.add_mark(dir, watched | children, target);
    return group;
  }

  template <typename Row>
  void both_ways(Row&& row)
  {
    for (const auto target : {mark_target::filesystem, mark_target::inode})
    {
      BOOST_TEST_CONTEXT(to_string(target) << " mark")
      {
        auto group = watch(target);
        row(group);
      }
    }
  }

  /// The masks of the events about one object, in their order.
  static std::vector<event_mask> masks_of(const std::vector<fanio::event>& events,
                                          const fanio::file_handle& id)
  {
    std::vector<event_mask> masks;
    for (const auto& e : events)
    {
      if (e.fid() == id)
      {
        masks.push_back(e.mask());
      }
    }
    return masks;
  }

  test::private_filesystem fs;
  std::filesystem::path dir = fs.make_directory("watched");
  std::filesystem::path file = dir / "file";
  std::filesystem::path moved = dir / "moved";
  fanio::file_handle dir_id = test::identity(dir);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(entries_by_handles, entries_fixture,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(N01_all_that_happens_to_a_file_entry_is_one_event_of_the_directory)
{
  both_ways(
      [&](fanotify_handle& group)
      {
        const fanio::unique_fd fd(::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
        const auto id = test::identity(file);
        BOOST_REQUIRE(::ftruncate(fd.get(), 1) == 0);
        std::filesystem::rename(file, moved);
        std::filesystem::remove(moved);

        const auto events = drain(group);

        const std::vector once{entries};
        BOOST_TEST(masks_of(events, dir_id) == once, boost::test_tools::per_element());
        const std::vector modified{event_mask::modify};
        BOOST_TEST(masks_of(events, id) == modified, boost::test_tools::per_element());
        BOOST_TEST(events.size() == 2U); // the file itself is still open
      });
}

BOOST_AUTO_TEST_CASE(N03_a_file_that_is_gone_is_told_by_its_own_handle)
{
  auto group = open(init_flags::report_fid);
  group.add_mark(dir, watched, mark_target::filesystem);
  std::ofstream(file) << "text";
  const auto id = test::identity(file);
  std::filesystem::remove(file);

  const auto events = drain(group);

  // The writing and the deletion of one object by one process may have merged.
  event_mask of_file{};
  for (const auto mask : masks_of(events, id))
  {
    of_file |= mask;
  }
  BOOST_TEST(of_file == (event_mask::modify | event_mask::delete_self));
  const std::vector of_directory{event_mask::create | event_mask::delete_};
  BOOST_TEST(masks_of(events, dir_id) == of_directory, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(N03_a_directory_does_not_tell_that_its_child_itself_is_gone)
{
  auto group = watch(mark_target::inode);
  std::ofstream(file) << "text";
  const auto id = test::identity(file);
  std::filesystem::remove(file);
  const std::vector modified{event_mask::modify};
  BOOST_TEST(masks_of(drain(group), id) == modified, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(N05_a_marked_directory_that_is_gone_is_told_by_its_own_handle)
{
  both_ways(
      [&](fanotify_handle& group)
      {
        const auto sub = dir / "sub";
        std::filesystem::create_directory(sub);
        const auto id = test::identity(sub);
        group.add_mark(sub, event_mask::delete_self | event_mask::ondir);
        std::filesystem::remove(sub);

        const auto events = drain(group);

        const std::vector gone{event_mask::delete_self | event_mask::ondir};
        BOOST_TEST(masks_of(events, id) == gone, boost::test_tools::per_element());
        const std::vector in_directory{event_mask::create | event_mask::delete_ |
                                       event_mask::ondir};
        BOOST_TEST(masks_of(events, dir_id) == in_directory, boost::test_tools::per_element());
      });
}

BOOST_AUTO_TEST_SUITE_END()

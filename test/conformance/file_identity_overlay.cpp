// L. Files of an overlay have an identity of their own, and their layers keep theirs.

#include "support/identity.hpp"
#include "support/scenario.hpp"

#include <array>

#include <fcntl.h>
#include <unistd.h>

namespace utf = boost::unit_test;
using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::init_flags;
using fanio::mark_target;

namespace {

constexpr auto opened_then_closed = event_mask::open | event_mask::close_nowrite;

/// A file of the lower and one of the upper layer, by the overlay and by the layer itself.
struct overlay_fixture : test::scenario
{
  test::private_overlay overlay;
  std::array<std::filesystem::path, 2> merged = {overlay / "lower", overlay / "upper"};
  std::array<std::filesystem::path, 2> layers = {overlay.lower() / "lower",
                                                 overlay.upper() / "upper"};

  void check_opened(fanio::fanotify_handle& group,
                    const std::array<std::filesystem::path, 2>& objects)
  {
    for (const auto& file : merged)
    {
      BOOST_TEST(test::try_open(file) == 0);
    }
    const auto events = drain(group);
    BOOST_REQUIRE(events.size() == objects.size());
    for (std::size_t i = 0; i < objects.size(); ++i)
    {
      BOOST_TEST(events[i].mask() == opened_then_closed);
      BOOST_TEST((events[i].fid() == test::identity(objects[i])));
    }
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(file_identity_overlay, overlay_fixture,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(L06_a_filesystem_mark_below_sees_what_the_overlay_opens)
{
  auto group = open(init_flags::report_fid);
  group.add_mark(overlay.base().path(), opened_then_closed, mark_target::filesystem);
  check_opened(group, layers);
}

BOOST_AUTO_TEST_CASE(L06_inode_marks_below_see_what_the_overlay_opens)
{
  auto group = open(init_flags::report_fid);
  for (const auto& file : layers)
  {
    group.add_mark(file, opened_then_closed);
  }
  check_opened(group, layers);
}

BOOST_AUTO_TEST_CASE(L07_inode_marks_on_the_overlay_tell_its_own_handles)
{
  auto group = open(init_flags::report_fid);
  for (const auto& file : merged)
  {
    group.add_mark(file, opened_then_closed);
  }
  for (std::size_t i = 0; i < merged.size(); ++i)
  {
    BOOST_TEST((test::identity(merged[i]) != test::identity(layers[i])));
  }
  check_opened(group, merged);
}

BOOST_AUTO_TEST_CASE(L07_what_is_deleted_from_the_overlay_is_told_by_its_handle)
{
  auto group = open(init_flags::report_fid);
  for (const auto& file : merged)
  {
    group.add_mark(file, event_mask::delete_self);
  }
  const std::array ids = {test::identity(merged[0]), test::identity(merged[1])};
  for (const auto& file : merged)
  {
    std::filesystem::remove(file);
  }
  const auto events = drain(group);
  BOOST_REQUIRE(events.size() == ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
  {
    BOOST_TEST(events[i].mask() == event_mask::delete_self);
    BOOST_TEST((events[i].fid() == ids[i]));
  }
}

BOOST_AUTO_TEST_CASE(L07_the_overlay_as_a_whole_can_not_be_marked)
{
  auto group = open(init_flags::report_fid);
  for (const auto target : {mark_target::mount, mark_target::filesystem})
  {
    error_code ec;
    group.add_mark(overlay.path(), event_mask::open, ec, target);
    BOOST_TEST(ec == errc::filesystem_without_handles);
    BOOST_TEST((ec == boost::system::errc::operation_not_supported));
  }
}

BOOST_AUTO_TEST_SUITE_END()

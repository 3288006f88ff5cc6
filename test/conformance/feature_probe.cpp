// X. What a kernel can mark is asked of it without marking anything.

#include "support/scenario.hpp"
#include <fanio/error.hpp>
#include <fanio/group_info.hpp>

namespace utf = boost::unit_test;
using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::init_flags;
using fanio::location;
using fanio::mark_flags;
using fanio::mark_target;

namespace {

struct feature_probe_fixture : test::reading_fixture
{
  /// EBADF for what the kernel knows: it then looks for the place, which is none.
  static int asked(fanio::fanotify_handle& group, mark_flags flags, mark_target target,
                   event_mask mask)
  {
    error_code ec;
    group.mark(mark_flags::add | flags, target, mask, location(-1, "nowhere"), ec);
    BOOST_TEST(fanio::read_group_info(group.native_handle(), ec).marks.empty());
    group.mark(mark_flags::add | flags, target, mask, location(-1, "nowhere"), ec);
    return ec.default_error_condition().value();
  }
};

constexpr auto no_event = static_cast<event_mask>(0x80000);
constexpr auto no_flag = static_cast<mark_flags>(0x8000);

} // namespace

BOOST_FIXTURE_TEST_SUITE(feature_probe, feature_probe_fixture)

BOOST_AUTO_TEST_CASE(X46_what_is_known_fails_for_its_place_and_what_is_not_for_itself)
{
  auto group = open(init_flags::report_fid);
  const auto target = mark_target::inode;
  BOOST_TEST(asked(group, mark_flags::none, target, event_mask::open) == EBADF);
  BOOST_TEST(asked(group, mark_flags::ignored_mask, target, event_mask::open) == EBADF);
  BOOST_TEST(asked(group, mark_flags::none, target, event_mask::create) == EBADF);
  BOOST_TEST(asked(group, mark_flags::none, target, no_event) == EINVAL);
  BOOST_TEST(asked(group, mark_flags::none, target, event_mask::q_overflow) == EINVAL);
  BOOST_TEST(asked(group, no_flag, target, event_mask::open) == EINVAL);
}

BOOST_AUTO_TEST_CASE(X46_and_so_for_each_kind_of_group_and_mark,
                     *utf::precondition(test::is_privileged))
{
  auto notifying = open(init_flags::class_notif);
  auto asking = open(init_flags::class_content);
  for (const auto target : test::file_targets)
  {
    const auto none = mark_flags::none;
    BOOST_TEST(asked(notifying, none, target, event_mask::open) == EBADF);
    BOOST_TEST(asked(notifying, none, target, event_mask::create) == EINVAL);
    BOOST_TEST(asked(notifying, none, target, event_mask::open_perm) == EINVAL);
    BOOST_TEST(asked(asking, none, target, event_mask::open_perm) == EBADF);
    BOOST_TEST(asked(asking, none, target, event_mask::pre_access) == EINVAL);
  }
  BOOST_TEST(asked(notifying, mark_flags::none, mark_target::mntns, event_mask::open) == EINVAL);
}

BOOST_AUTO_TEST_SUITE_END()

// What the probe says, held against what then really works.

#include "support/context_fixture.hpp"
#include "support/credentials.hpp"
#include "support/requires.hpp"
#include <fanio/probe.hpp>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;
using fanio::support;

BOOST_FIXTURE_TEST_SUITE(probing, test::fd_census)

BOOST_AUTO_TEST_CASE(a_group_that_the_probe_says_works_can_be_opened)
{
  boost::asio::io_context context;
  for (const auto& [flag, result] : fanio::probe().groups)
  {
    fanio::fanotify_handle group(context);
    fanio::error_code ec;
    // In the company that the flag needs.
    const auto name = flag == init_flags::report_name ? init_flags::report_dir_fid : flag;
    const auto target =
        flag == init_flags::report_target_fid ? init_flags::report_dfid_name_target : init_flags{};
    const bool any = flag == init_flags::cloexec || flag == init_flags::nonblock;
    group.open({.flags = flag | name | target | (any ? init_flags::report_fid : init_flags{})}, ec);
    BOOST_TEST((result == support::yes) == !ec, to_string(flag) + ": " + ec.message());
  }
}

BOOST_AUTO_TEST_CASE(responses_that_the_probe_says_work_are_accepted,
                     *utf::precondition(test::is_privileged) *
                         utf::precondition(test::has<init_flags::enable_audit>) *
                         utf::precondition(test::has<init_flags::class_pre_content>))
{
  boost::asio::io_context context;
  fanio::fanotify_handle group(context,
                               {.flags = init_flags::class_pre_content | init_flags::enable_audit});
  const auto report = fanio::probe();
  BOOST_TEST(report.responses.size() > 2U);
  for (const auto& [form, result] : report.responses)
  {
    BOOST_TEST((result == support::yes) == group.accepts(form), to_string(form));
  }
}

BOOST_AUTO_TEST_CASE(any_user_has_fanotify_with_file_handles)
{
  test::forked user(
      []
      {
        test::drop_privileges();
        const auto report = fanio::probe();
        return report.in_kernel && report.of(init_flags::report_fid) == support::yes &&
                       report.of(init_flags::class_content) == support::not_permitted &&
                       report.of(init_flags::report_pidfd) == support::not_permitted &&
                       report.of(mark_target::inode) == support::yes &&
                       report.of(mark_target::filesystem) == support::not_permitted &&
                       report.of(event_mask::create) == support::yes &&
                       report.of(event_mask::open_perm) == support::not_permitted &&
                       report.of(event_mask{1ULL << 50}) == support::no &&
                       report.of(fanio::response::deny()) == support::not_permitted &&
                       !report.privileges.sys_admin
                   ? 0
                   : 1;
      });
  BOOST_TEST(user.result() == 0);
}

BOOST_AUTO_TEST_CASE(the_limits_are_those_of_proc)
{
  const auto limits = fanio::probe().limits;
  BOOST_TEST(limits.max_queued_events.has_value());
  BOOST_TEST(limits.max_user_groups.has_value());
  BOOST_TEST(limits.max_user_marks.has_value());
  BOOST_TEST(limits.max_descriptors.value_or(0) > 0U);
}

BOOST_AUTO_TEST_CASE(root_has_everything_of_the_base, *utf::precondition(test::is_privileged))
{
  const auto report = fanio::probe();
  for (const auto flag :
       {init_flags::class_notif, init_flags::class_content, init_flags::class_pre_content,
        init_flags::unlimited_queue, init_flags::report_fid})
  {
    BOOST_TEST(report.of(flag) == support::yes, to_string(flag));
  }
  for (const auto event : {event_mask::open, event_mask::create, event_mask::open_perm,
                           event_mask::access_perm, event_mask::open_exec_perm, event_mask::ondir})
  {
    BOOST_TEST(report.of(event) == support::yes, to_string(event));
  }
  BOOST_TEST(report.of(mark_flags::ignored_mask) == support::yes);
  BOOST_TEST(report.of(mark_target::mount) == support::yes);
  BOOST_TEST(report.privileges.sys_admin);
  BOOST_TEST(report.privileges.in_initial_user_namespace);
}

BOOST_AUTO_TEST_CASE(root_of_a_user_namespace_is_told_from_root)
{
  test::forked user(
      []
      {
        if (!test::enter_user_namespace())
        {
          return 0; // not to be had here: nothing to tell apart
        }
        const auto report = fanio::probe();
        return report.privileges.sys_admin && !report.privileges.in_initial_user_namespace &&
                       report.of(init_flags::class_content) == support::not_permitted
                   ? 0
                   : 1;
      });
  BOOST_TEST(user.result() == 0);
}

BOOST_AUTO_TEST_CASE(words)
{
  BOOST_TEST(to_string(support::yes) == "yes");
  BOOST_TEST(to_string(support::no) == "no");
  BOOST_TEST(to_string(support::not_permitted) == "not permitted");
}

BOOST_AUTO_TEST_SUITE_END()

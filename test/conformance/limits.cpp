// P. How many groups a user may have. Groups are counted by user, so each case is a user of its
// own, and takes no group away from anybody.

#include "support/context_fixture.hpp"
#include "support/in_child.hpp"
#include "support/namespaces.hpp"

#include <fstream>
#include <vector>

namespace utf = boost::unit_test;
using fanio::errc;
using fanio::error_code;
using fanio::fanotify_handle;
using fanio::init_flags;

namespace {

std::size_t groups_of_a_user()
{
  std::size_t limit = 0;
  std::ifstream("/proc/sys/fs/fanotify/max_user_groups") >> limit;
  return limit;
}

/// A precondition: each group takes a descriptor of this one process.
boost::test_tools::assertion_result has_a_low_limit(utf::test_unit_id)
{
  const auto limit = groups_of_a_user();
  return test::needs(limit > 10 && limit < 500, "fs.fanotify.max_user_groups between 10 and 500");
}

/// The groups that this process has.
struct groups
{
  /// Opens one more.
  error_code open(init_flags flags)
  {
    fanotify_handle group(context);
    error_code ec;
    group.open({.flags = flags}, ec);
    if (!ec)
    {
      open_ones.push_back(std::move(group));
    }
    return ec;
  }

  /// Opens until it is refused; the refusal must be that of the limit.
  void open_until_refused(init_flags flags)
  {
    error_code ec;
    while (!ec)
    {
      ec = open(flags);
    }
    BOOST_TEST(ec == errc::too_many_groups);
    BOOST_TEST((ec == boost::system::errc::too_many_files_open));
  }

  boost::asio::io_context context;
  std::vector<fanotify_handle> open_ones;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(limits, test::watchdog, *utf::precondition(has_a_low_limit))

BOOST_AUTO_TEST_CASE(P01_who_may_everything_has_no_more_groups_than_others,
                     *utf::precondition(test::is_privileged))
{
  test::in_child(
      []
      {
        test::become_a_capable_user();
        groups mine;
        mine.open_until_refused(init_flags::class_content); // which takes CAP_SYS_ADMIN
        BOOST_TEST(mine.open_ones.size() == groups_of_a_user());

        // A group that is closed makes room.
        mine.open_ones.pop_back();
        BOOST_TEST(!mine.open(init_flags::class_content));
      });
}

BOOST_AUTO_TEST_CASE(P01_an_ordinary_user_has_as_many,
                     *utf::precondition(test::can_be_another_user) *
                         utf::precondition(test::has_groups_for_users))
{
  test::in_child(
      []
      {
        test::drop_privileges();
        groups mine;
        mine.open_until_refused(init_flags::report_fid);
        BOOST_TEST(mine.open_ones.size() == groups_of_a_user());
      });
}

BOOST_AUTO_TEST_CASE(P02_root_of_a_user_namespace_counts_as_who_made_it,
                     *utf::precondition(test::can_be_another_user) *
                         utf::precondition(test::has_user_namespaces))
{
  test::in_child(
      []
      {
        test::drop_privileges();
        groups mine;
        for (int outside = 0; outside < 5; ++outside)
        {
          BOOST_TEST(!mine.open(init_flags::report_fid));
        }
        test::become_root_of_a_user_namespace();
        mine.open_until_refused(init_flags::report_fid);
        BOOST_TEST(mine.open_ones.size() == groups_of_a_user());
      });
}

BOOST_AUTO_TEST_CASE(P03_a_user_namespace_can_have_a_limit_of_its_own,
                     *utf::precondition(test::has_user_namespaces))
{
  test::in_child(
      []
      {
        constexpr std::size_t limit = 10;
        test::drop_privileges();
        test::become_root_of_a_user_namespace();
        BOOST_REQUIRE(
            test::write_file("/proc/sys/user/max_fanotify_groups", std::to_string(limit)));
        groups mine;
        mine.open_until_refused(init_flags::report_fid);
        BOOST_TEST(mine.open_ones.size() == limit);
      });
}

BOOST_AUTO_TEST_SUITE_END()

// Explanations of refusals that the running kernel can't easily be brought to.

#include "diagnosis.hpp"

#include "support/temp_directory.hpp"
#include <fanio/error.hpp>

#include <boost/test/unit_test.hpp>

#include <cerrno>

using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;

namespace {

/// As if marking a file had failed; the group's descriptor is none.
error_code explain(int error, mark_target target = mark_target::inode,
                   event_mask mask = event_mask::open)
{
  const test::temp_directory directory;
  const auto file = directory.write("file");
  const fanio::location where(file);
  return fanio::detail::explain_mark(
      error, {-1, init_flags::report_fid, mark_flags::add, target, mask, where});
}

error_code plain(int error)
{
  return {error, boost::system::system_category()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(diagnosis)

BOOST_AUTO_TEST_CASE(a_filesystem_without_fsid)
{
  BOOST_TEST((explain(ENODEV) == errc::filesystem_without_fsid));
  BOOST_TEST((explain(ENODEV, mark_target::filesystem) == errc::filesystem_without_fsid));
}

BOOST_AUTO_TEST_CASE(a_filesystem_that_can_not_share_a_group)
{
  BOOST_TEST((explain(EXDEV) == errc::filesystem_needs_own_group));
}

BOOST_AUTO_TEST_CASE(a_filesystem_without_handles_is_told_from_one_without_pre_access)
{
  BOOST_TEST((explain(EOPNOTSUPP) == errc::filesystem_without_handles));
  BOOST_TEST((explain(EOPNOTSUPP, mark_target::inode, event_mask::pre_access) ==
              errc::filesystem_without_pre_access));
}

BOOST_AUTO_TEST_CASE(privilege_is_not_blamed_where_none_is_needed)
{
  BOOST_TEST((explain(EPERM) == plain(EPERM)));
  BOOST_TEST((explain(EPERM, mark_target::mount) == errc::mark_needs_privilege));
}

BOOST_AUTO_TEST_CASE(errors_without_a_rule_stay_as_they_are)
{
  for (const int error : {ENOMEM, EFAULT, ELOOP, ENAMETOOLONG})
  {
    BOOST_TEST((explain(error) == plain(error)));
  }
}

BOOST_AUTO_TEST_CASE(groups_that_the_system_has_no_room_for)
{
  using fanio::detail::explain_init;
  BOOST_TEST((explain_init(ENFILE, {}, {}) == errc::too_many_files));
  BOOST_TEST((explain_init(ENOSYS, {}, {}) == errc::not_in_this_kernel));
  BOOST_TEST((explain_init(ENOMEM, {}, {}) == plain(ENOMEM)));
}

BOOST_AUTO_TEST_SUITE_END()

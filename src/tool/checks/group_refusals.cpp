// Groups that there are not.

#include "expect.hpp"
#include "needs.hpp"

#include <array>

namespace fanio::tool {

namespace {

using enum init_flags;

void permission_classes_report_no_handles(trial& here)
{
  for (const auto group_class : {class_content, class_pre_content})
  {
    expect_no_group(here, group_class | report_fid, errc::fid_in_permission_class);
  }
}

void names_need_directories(trial& here)
{
  expect_no_group(here, report_name, errc::name_without_dir_fid);
  expect_no_group(here, report_fid | report_name, errc::name_without_dir_fid);
}

void targets_need_the_rest(trial& here)
{
  for (const auto rest : {report_dfid_name, report_dir_fid | report_fid})
  {
    expect_no_group(here, report_target_fid | rest, errc::target_fid_without_fid_name);
  }
}

void pidfds_of_threads(trial& here)
{
  auto group = here.closed_group();
  error_code ec;
  group.open({.flags = report_pidfd | report_tid}, ec);
  expect(!ec || ec == errc::pidfd_with_tid, "refused otherwise: " + ec.message()); // 7.2 takes them
}

void pidfds_with_handles(trial& here)
{
  constexpr auto flags = report_pidfd | report_fid | report_dfid_name;
  expect(fanio::has_all(here.open(flags).flags(), flags), "not all of the flags are there");
}

void descriptors_are_for_the_privileged(trial& here)
{
  expect_no_group(here, class_notif, errc::fd_group_needs_privilege);
}

void classes_and_limits_are_for_the_privileged(trial& here)
{
  expect_no_group(here, report_fid | class_content, errc::class_needs_privilege);
  expect_no_group(here, report_fid | unlimited_queue, errc::unlimited_needs_privilege);
  expect_no_group(here, report_fid | unlimited_marks, errc::unlimited_needs_privilege);
  expect_no_group(here, report_fid | report_tid, errc::report_needs_privilege);
}

} // namespace

std::span<const check> group_refusal_checks() noexcept
{
  static constexpr std::array checks{
      check{"M01", "permission classes with file handles are refused", root,
            permission_classes_report_no_handles},
      check{"M02", "names without directories are refused", handles, names_need_directories},
      check{"M03", "targets without handles, directories and names are refused", targets,
            targets_need_the_rest},
      check{"M04", "pidfds with thread ids are refused, or work", pidfds, pidfds_of_threads},
      check{"M05", "pidfds go with handles and names", pidfds, pidfds_with_handles},
      check{"Q01", "an ordinary user gets no group of descriptors", ordinary_user,
            descriptors_are_for_the_privileged},
      check{"Q02", "an ordinary user gets no class, no end of a limit, no thread ids",
            ordinary_user, classes_and_limits_are_for_the_privileged},
  };
  return checks;
}

} // namespace fanio::tool

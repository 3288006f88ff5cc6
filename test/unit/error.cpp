#include "support/printing.hpp"
#include <fanio/error.hpp>

#include <boost/system/errc.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <set>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

using fanio::errc;
using fanio::error_code;

namespace sys = boost::system;

namespace {

/// Each code and the errno that it explains, as the header documents them.
constexpr auto documented = std::to_array<std::pair<errc, int>>({
    {errc::unknown_init_flag, EINVAL},
    {errc::both_classes, EINVAL},
    {errc::fid_in_permission_class, EINVAL},
    {errc::name_without_dir_fid, EINVAL},
    {errc::target_fid_without_fid_name, EINVAL},
    {errc::pidfd_with_tid, EINVAL},
    {errc::mount_group_with_class, EINVAL},
    {errc::mount_group_with_fid, EINVAL},
    {errc::mount_group_with_fd_error, EINVAL},
    {errc::bad_file_flags, EINVAL},
    {errc::class_needs_privilege, EPERM},
    {errc::unlimited_needs_privilege, EPERM},
    {errc::report_needs_privilege, EPERM},
    {errc::fd_group_needs_privilege, EPERM},
    {errc::audit_needs_privilege, EPERM},
    {errc::too_many_groups, EMFILE},
    {errc::too_many_descriptors, EMFILE},
    {errc::too_many_files, ENFILE},
    {errc::not_in_this_kernel, ENOSYS},

    {errc::one_command, EINVAL},
    {errc::flush_takes_target_only, EINVAL},
    {errc::empty_mask, EINVAL},
    {errc::unknown_mark_flag, EINVAL},
    {errc::unknown_event, EINVAL},
    {errc::overflow_is_output_only, EINVAL},
    {errc::both_ignore_flags, EINVAL},
    {errc::permission_needs_content_class, EINVAL},
    {errc::pre_access_needs_pre_content, EINVAL},
    {errc::pre_access_with_ondir, EINVAL},
    {errc::pre_access_needs_regular_file, EINVAL},
    {errc::event_needs_fid_group, EINVAL},
    {errc::event_not_on_mount, EINVAL},
    {errc::rename_needs_report_name, EINVAL},
    {errc::fs_error_needs_filesystem_mark, EINVAL},
    {errc::evictable_needs_inode_mark, EINVAL},
    {errc::ignore_needs_surv_modify, EINVAL},
    {errc::mount_group_takes_mntns_only, EINVAL},
    {errc::mount_event_needs_report_mnt, EINVAL},
    {errc::not_a_mount_namespace, EINVAL},
    {errc::no_permission_on_filesystem, EINVAL},
    {errc::no_mark_on_pseudo_filesystem, EINVAL},
    {errc::bad_mark_descriptor, EBADF},
    {errc::path_only_descriptor, EBADF},
    {errc::no_such_path, ENOENT},
    {errc::no_such_mark, ENOENT},
    {errc::not_a_directory, ENOTDIR},
    {errc::event_needs_directory, ENOTDIR},
    {errc::ignore_on_directory, EISDIR},
    {errc::mark_stays_pinned, EEXIST},
    {errc::ignore_flags_differ, EEXIST},
    {errc::pre_access_and_ondir, EEXIST},
    {errc::filesystem_without_handles, EOPNOTSUPP},
    {errc::filesystem_without_pre_access, EOPNOTSUPP},
    {errc::filesystem_without_fsid, ENODEV},
    {errc::subvolume_needs_inode_marks, EXDEV},
    {errc::filesystem_needs_own_group, EXDEV},
    {errc::too_many_marks, ENOSPC},
    {errc::mark_needs_privilege, EPERM},
    {errc::object_not_readable, EACCES},

    {errc::malformed_event, EBADMSG},
    {errc::unsupported_version, EBADMSG},
    {errc::buffer_too_small, EINVAL},
    {errc::buffer_in_use, EBUSY},

    {errc::not_a_permission_event, EINVAL},
    {errc::already_answered, EALREADY},
    {errc::foreign_event, EXDEV},
    {errc::foreign_process, EXDEV},
    {errc::no_such_request, ENOENT},

    {errc::not_a_fanotify_group, EINVAL},
    {errc::already_open, EALREADY},
    {errc::requests_unanswered, EBUSY},
    {errc::descriptor_in_use, EEXIST},

    {errc::unknown_flag_name, EINVAL},
    {errc::unknown_response, EINVAL},
});

constexpr int past_the_last_code = 1000;

std::string message_of_no_code()
{
  return fanio::fanio_category().message(past_the_last_code);
}

} // namespace

BOOST_AUTO_TEST_SUITE(errors)

BOOST_AUTO_TEST_CASE(every_code_equals_the_errno_that_it_explains)
{
  for (const auto& [code, error] : documented)
  {
    BOOST_TEST_CONTEXT(make_error_code(code).message())
    {
      const error_code ec = code;
      BOOST_TEST((ec == sys::error_condition(error, sys::generic_category())));
      BOOST_TEST(ec.default_error_condition().value() == error);
      BOOST_TEST((ec != sys::error_condition(ENOTTY, sys::generic_category())));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_code_can_be_tested_by_its_condition)
{
  const error_code ec = errc::empty_mask;
  BOOST_TEST((ec == sys::errc::invalid_argument));
  BOOST_TEST((ec != sys::errc::permission_denied));
}

BOOST_AUTO_TEST_CASE(codes_of_one_condition_stay_different_codes)
{
  BOOST_TEST(error_code(errc::empty_mask) != error_code(errc::one_command));
  BOOST_TEST(error_code(errc::empty_mask) != error_code(EINVAL, sys::system_category()));
}

BOOST_AUTO_TEST_CASE(no_code_is_missing_in_the_table_of_this_test)
{
  std::set<int> known;
  for (const auto& [code, error] : documented)
  {
    known.insert(static_cast<int>(code));
  }
  BOOST_TEST(known.size() == documented.size());
  for (int code = -1; code < past_the_last_code; ++code)
  {
    const bool has_message = fanio::fanio_category().message(code) != message_of_no_code();
    BOOST_TEST(has_message == known.contains(code), "code " << code);
  }
}

BOOST_AUTO_TEST_CASE(every_message_is_a_phrase_of_its_own)
{
  std::set<std::string> messages;
  for (const auto& [code, error] : documented)
  {
    const auto message = make_error_code(code).message();
    BOOST_TEST_CONTEXT(message)
    {
      BOOST_TEST(!message.empty());
      BOOST_TEST(!message.ends_with('.'));
      BOOST_TEST(!message.ends_with(' '));
      BOOST_TEST(message.find("  ") == std::string::npos);
      BOOST_TEST(message.find('\n') == std::string::npos);
      BOOST_TEST(messages.insert(message).second);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_number_that_is_no_code_is_no_condition_either)
{
  const error_code ec(past_the_last_code, fanio::fanio_category());
  BOOST_TEST(ec.message() == "unknown fanio error");
  BOOST_TEST((ec.default_error_condition().category() == fanio::fanio_category()));
}

BOOST_AUTO_TEST_CASE(a_code_becomes_an_error_code_of_fanios_category)
{
  const error_code ec = errc::buffer_in_use;
  BOOST_TEST(ec == make_error_code(errc::buffer_in_use));
  BOOST_TEST(ec.value() == static_cast<int>(errc::buffer_in_use));
  BOOST_TEST((ec.category() == fanio::fanio_category()));
  BOOST_TEST(ec.failed());
}

BOOST_AUTO_TEST_CASE(categories_are_the_same_at_every_call)
{
  BOOST_TEST((fanio::fanio_category() == fanio::fanio_category()));
  BOOST_TEST((fanio::lost_event_category() == fanio::lost_event_category()));
  BOOST_TEST((fanio::fanio_category() != fanio::lost_event_category()));
  BOOST_TEST((fanio::fanio_category() != sys::system_category()));
}

BOOST_AUTO_TEST_CASE(categories_have_names)
{
  BOOST_TEST(fanio::fanio_category().name() == std::string("fanio"));
  BOOST_TEST(fanio::lost_event_category().name() == std::string("fanio.lost_event"));
}

BOOST_AUTO_TEST_CASE(the_standard_librarys_conditions_compare_too)
{
  const std::error_code code = error_code(errc::mark_needs_privilege);
  BOOST_TEST((code == std::errc::operation_not_permitted));
  BOOST_TEST((code != std::errc::permission_denied));
  BOOST_TEST(code.message() == error_code(errc::mark_needs_privilege).message());
}

BOOST_AUTO_TEST_CASE(an_exception_says_who_refused_and_why)
{
  const error_code ec = errc::not_a_fanotify_group;
  BOOST_CHECK_EXCEPTION(fanio::detail::throw_on_error(ec, "fanio::somebody"), sys::system_error,
                        [&](const sys::system_error& e)
                        {
                          const std::string what = e.what();
                          return e.code() == ec && what.starts_with("fanio::somebody: ") &&
                                 what.find(ec.message()) != std::string::npos;
                        });
}

BOOST_AUTO_TEST_CASE(success_throws_nothing)
{
  BOOST_CHECK_NO_THROW(fanio::detail::throw_on_error({}, "fanio::somebody"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(lost_events)

BOOST_AUTO_TEST_CASE(a_lost_event_equals_its_errno)
{
  const error_code ec(EMFILE, fanio::lost_event_category());
  BOOST_TEST((ec == sys::errc::too_many_files_open));
  BOOST_TEST((ec != sys::errc::text_file_busy));
  BOOST_TEST((std::error_code(ec) == std::errc::too_many_files_open));
}

BOOST_AUTO_TEST_CASE(a_lost_event_is_no_plain_system_error)
{
  BOOST_TEST(error_code(ETXTBSY, fanio::lost_event_category()) !=
             error_code(ETXTBSY, sys::system_category()));
}

BOOST_AUTO_TEST_CASE(the_message_has_the_systems_reason)
{
  for (const int error : {EMFILE, ENFILE, ETXTBSY, EROFS, EACCES, ENXIO})
  {
    const auto message = fanio::lost_event_category().message(error);
    BOOST_TEST(message.find(sys::system_category().message(error)) != std::string::npos, message);
    BOOST_TEST(!message.ends_with('.'), message);
  }
}

BOOST_AUTO_TEST_CASE(too_many_descriptors_come_with_advice)
{
  BOOST_TEST(fanio::lost_event_category().message(EMFILE).find("reserved_descriptors") !=
             std::string::npos);
  BOOST_TEST(fanio::lost_event_category().message(EROFS).find("reserved_descriptors") ==
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

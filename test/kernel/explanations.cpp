// Every refusal of the kernel that fanio explains, provoked for real: fanotify_init(2) and
// fanotify_mark(2) fail with the errno, and the code says which rule was broken.

#include "support/context_fixture.hpp"
#include "support/credentials.hpp"
#include "support/requires.hpp"
#include <fanio/error.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>

#include <ostream>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace utf = boost::unit_test;
namespace data = boost::unit_test::data;
using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::location;
using fanio::mark_flags;
using fanio::mark_target;

namespace {

using enum init_flags;

struct refused_group
{
  init_flags flags;
  errc why;
  int condition;

  friend std::ostream& operator<<(std::ostream& out, const refused_group& row)
  {
    return out << to_string(row.flags);
  }
};

/// Refused to anybody, and to root too.
const auto invalid_groups = std::vector<refused_group>{
    {class_content | class_pre_content, errc::both_classes, EINVAL},
    {class_content | report_fid, errc::fid_in_permission_class, EINVAL},
    {class_pre_content | report_dir_fid, errc::fid_in_permission_class, EINVAL},
    {report_name, errc::name_without_dir_fid, EINVAL},
    {report_fid | report_name, errc::name_without_dir_fid, EINVAL},
    {report_target_fid | report_dfid_name, errc::target_fid_without_fid_name, EINVAL},
    {report_target_fid | report_dir_fid | report_fid, errc::target_fid_without_fid_name, EINVAL},
    {report_mnt | class_content, errc::mount_group_with_class, EINVAL},
    {report_mnt | report_fid, errc::mount_group_with_fid, EINVAL},
    {report_mnt | report_fd_error, errc::mount_group_with_fd_error, EINVAL},
    {report_fid | init_flags{0x8000'0000}, errc::unknown_init_flag, EINVAL},
};

/// Refused without privilege.
const auto forbidden_groups = std::vector<refused_group>{
    {class_notif, errc::fd_group_needs_privilege, EPERM},
    {class_content, errc::class_needs_privilege, EPERM},
    {class_pre_content, errc::class_needs_privilege, EPERM},
    {report_fid | unlimited_queue, errc::unlimited_needs_privilege, EPERM},
    {report_fid | unlimited_marks, errc::unlimited_needs_privilege, EPERM},
    {report_fid | report_pidfd, errc::report_needs_privilege, EPERM},
    {report_fid | report_tid, errc::report_needs_privilege, EPERM},
    {report_fid | report_fd_error, errc::report_needs_privilege, EPERM},
    {report_fid | enable_audit, errc::audit_needs_privilege, EPERM},
};

/// What opening gives; in a child without privilege if wanted.
error_code open_group(const fanio::group_options& options)
{
  boost::asio::io_context context;
  fanotify_handle group(context);
  error_code ec;
  group.open(options, ec);
  return ec;
}

bool has_condition(const error_code& ec, int error)
{
  return ec == boost::system::error_condition(error, boost::system::generic_category());
}

} // namespace

BOOST_AUTO_TEST_SUITE(explanations)

BOOST_DATA_TEST_CASE_F(test::fd_census, a_group_that_breaks_a_rule, data::make(invalid_groups))
{
  const auto ec = open_group({.flags = sample.flags});
  // Without privilege the kernel stops at that before it looks at the rules.
  if (!has_condition(ec, EPERM))
  {
    BOOST_TEST(ec == sample.why);
    BOOST_TEST(has_condition(ec, sample.condition));
  }
}

BOOST_DATA_TEST_CASE_F(test::fd_census, a_group_that_needs_privilege, data::make(forbidden_groups))
{
  test::forked user(
      [&]
      {
        test::drop_privileges();
        const auto ec = open_group({.flags = sample.flags});
        return ec == sample.why && has_condition(ec, sample.condition) ? 0 : 1;
      });
  BOOST_TEST(user.result() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(explanations_of_groups, test::context_fixture)

BOOST_AUTO_TEST_CASE(pidfd_and_tid_together_are_explained_where_they_are_refused,
                     *utf::precondition(test::is_privileged))
{
  const auto ec = open_group({.flags = report_pidfd | report_tid});
  BOOST_TEST((!ec || ec == errc::pidfd_with_tid)); // 7.2 takes them
}

BOOST_AUTO_TEST_CASE(event_files_can_be_opened_with_few_flags_only,
                     *utf::precondition(test::is_privileged))
{
  for (const auto flag : {O_DIRECT, O_PATH, O_DIRECTORY, O_NOFOLLOW, O_TRUNC, O_CREAT, O_ACCMODE})
  {
    const auto ec = open_group({.event_files = fanio::file_flags(flag)});
    BOOST_TEST(ec == errc::bad_file_flags);
  }
  using enum fanio::file_flags;
  BOOST_TEST(!open_group(
      {.event_files = rdwr | append | nonblock | dsync | sync | largefile | noatime | cloexec}));
}

BOOST_AUTO_TEST_CASE(the_limit_of_groups_is_told_from_that_of_descriptors,
                     *boost::unit_test::precondition(test::can_be_another_user))
{
  test::forked user(
      [&]
      {
        test::drop_privileges();
        std::vector<fanotify_handle> groups;
        boost::asio::io_context other;
        error_code ec;
        while (!ec && groups.size() < 100'000)
        {
          groups.emplace_back(other).open({.flags = report_fid}, ec);
        }
        if (ec != errc::too_many_groups || !has_condition(ec, EMFILE))
        {
          return 1;
        }
        groups.clear();

        const rlimit few{.rlim_cur = 8, .rlim_max = 8};
        ::setrlimit(RLIMIT_NOFILE, &few);
        while (::dup(0) >= 0)
        {
        }
        fanotify_handle group(other);
        group.open({.flags = report_fid}, ec);
        return ec == errc::too_many_descriptors && has_condition(ec, EMFILE) ? 0 : 2;
      });
  BOOST_TEST(user.result() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

/// A call of fanotify_mark(2) that is refused whatever the object, here a file.
struct refused_mark
{
  init_flags group;
  mark_flags flags;
  mark_target target;
  event_mask mask;
  errc why;

  friend std::ostream& operator<<(std::ostream& out, const refused_mark& row)
  {
    return out << to_string(row.group) << ": " << to_string(row.flags) << ' '
               << to_string(row.target) << ' ' << to_string(row.mask);
  }
};

constexpr auto add = mark_flags::add;
constexpr auto inode = mark_target::inode;
constexpr auto mount = mark_target::mount;
constexpr auto filesystem = mark_target::filesystem;
constexpr auto fid = report_fid;
constexpr auto named = report_dfid_name;

const auto refused_marks = std::vector<refused_mark>{
    {fid, mark_flags::none, inode, event_mask::open, errc::one_command},
    {fid, add | mark_flags::remove, inode, event_mask::open, errc::one_command},
    {fid, mark_flags::flush | mark_flags::onlydir, inode, {}, errc::flush_takes_target_only},
    {fid, add, inode, {}, errc::empty_mask},
    {fid, mark_flags::remove, inode, {}, errc::empty_mask},
    {fid, add | mark_flags{0x10000}, inode, event_mask::open, errc::unknown_mark_flag},
    {fid, add, inode, event_mask{0x80000}, errc::unknown_event},
    {fid, add, inode, event_mask{1ULL << 40}, errc::unknown_event},
    {fid, add, inode, event_mask::q_overflow | event_mask::open, errc::overflow_is_output_only},
    {fid, add | mark_flags::ignore | mark_flags::ignored_mask, inode, event_mask::open,
     errc::both_ignore_flags},
    {fid, add, inode, event_mask::open_perm, errc::permission_needs_content_class},
    {class_notif, add, inode, event_mask::access_perm, errc::permission_needs_content_class},
    {class_content, add, inode, event_mask::pre_access, errc::pre_access_needs_pre_content},
    {class_pre_content, add, inode, event_mask::pre_access | event_mask::ondir,
     errc::pre_access_with_ondir},
    {class_notif, add, inode, event_mask::create, errc::event_needs_fid_group},
    {class_notif, add, inode, event_mask::attrib, errc::event_needs_fid_group},
    {class_notif, add, filesystem, event_mask::fs_error, errc::event_needs_fid_group},
    {fid, add, mount, event_mask::delete_self, errc::event_not_on_mount},
    {fid, add, mount, event_mask::create, errc::event_not_on_mount},
    {fid | report_dir_fid, add, filesystem, event_mask::rename, errc::rename_needs_report_name},
    {fid, add, inode, event_mask::fs_error, errc::fs_error_needs_filesystem_mark},
    {fid, add, mount, event_mask::fs_error, errc::fs_error_needs_filesystem_mark},
    {fid, add | mark_flags::evictable, mount, event_mask::open, errc::evictable_needs_inode_mark},
    {fid, add | mark_flags::evictable, filesystem, event_mask::open,
     errc::evictable_needs_inode_mark},
    {fid, add | mark_flags::ignore, mount, event_mask::open, errc::ignore_needs_surv_modify},
    {fid, add | mark_flags::ignore, filesystem, event_mask::open, errc::ignore_needs_surv_modify},
    {report_mnt, add, inode, event_mask::open, errc::mount_group_takes_mntns_only},
    {report_mnt, add, mark_target::mntns, event_mask::open, errc::mount_group_takes_mntns_only},
    {fid, add, mark_target::mntns, event_mask::open, errc::mount_event_needs_report_mnt},
    {fid, add, inode, event_mask::mnt_attach, errc::mount_event_needs_report_mnt},
    {report_mnt, add, mark_target::mntns, event_mask::mnt_attach, errc::not_a_mount_namespace},
    {fid, add | mark_flags::onlydir, inode, event_mask::open, errc::not_a_directory},
    {named, add, inode, event_mask::rename, errc::event_needs_directory},
    {report_dfid_name_target, add, inode, event_mask::create, errc::event_needs_directory},
    {fid, mark_flags::remove, inode, event_mask::open, errc::no_such_mark},
};

int condition_of(errc why)
{
  return make_error_code(why).default_error_condition().value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(explanations, *utf::precondition(test::is_privileged))

BOOST_DATA_TEST_CASE_F(test::context_fixture, a_mark_that_breaks_a_rule, data::make(refused_marks))
{
  fanotify_handle group(context, {.flags = sample.group});
  const auto file = directory.write("file");
  error_code ec;
  group.mark(sample.flags, sample.target, sample.mask, file, ec);
  BOOST_TEST(ec == sample.why);
  // The kernel itself said so, with the errno that the code equals.
  BOOST_TEST(::fanotify_mark(group.native_handle(),
                             to_underlying(sample.flags) | static_cast<unsigned>(sample.target),
                             to_underlying(sample.mask), AT_FDCWD, file.c_str()) == -1);
  BOOST_TEST(errno == condition_of(sample.why));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(explanations_of_marks, test::context_fixture)

BOOST_AUTO_TEST_CASE(a_missing_path)
{
  fanotify_handle group(context, {.flags = fid});
  error_code ec;
  group.add_mark(directory / "missing", event_mask::open, ec);
  BOOST_TEST(ec == errc::no_such_path);
  BOOST_TEST(has_condition(ec, ENOENT));
  group.remove_mark(directory / "missing", event_mask::open, ec);
  BOOST_TEST(ec == errc::no_such_path);
}

BOOST_AUTO_TEST_CASE(a_path_through_a_file)
{
  fanotify_handle group(context, {.flags = fid});
  error_code ec;
  group.add_mark(directory.write("file") / "below", event_mask::open, ec);
  BOOST_TEST(ec == errc::not_a_directory);
  BOOST_TEST(has_condition(ec, ENOTDIR));
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_is_not_open)
{
  fanotify_handle group(context, {.flags = fid});
  error_code ec;
  group.add_mark({9999, "relative"}, event_mask::open, ec);
  BOOST_TEST(ec == errc::bad_mark_descriptor);
  group.add_mark(location::of_fd(AT_FDCWD), event_mask::open, ec);
  BOOST_TEST(ec == errc::bad_mark_descriptor);
  BOOST_TEST(has_condition(ec, EBADF));
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_is_a_path_only)
{
  fanotify_handle group(context, {.flags = fid});
  const fanio::unique_fd fd(::open(directory.path().c_str(), O_PATH | O_CLOEXEC));
  error_code ec;
  group.add_mark(location::of_fd(fd.get()), event_mask::open, ec);
  BOOST_TEST(ec == errc::path_only_descriptor);
  // As its message advises.
  group.add_mark({fd.get(), "."}, event_mask::open, ec);
  BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_CASE(an_ignore_that_does_not_survive_on_a_directory)
{
  fanotify_handle group(context, {.flags = fid});
  error_code ec;
  group.ignore(directory.path(), event_mask::open, ec, inode, mark_flags::ignore);
  BOOST_TEST(ec == errc::ignore_on_directory);
  BOOST_TEST(has_condition(ec, EISDIR));
}

BOOST_AUTO_TEST_CASE(a_mark_that_is_not_evictable_stays_so)
{
  fanotify_handle group(context, {.flags = fid});
  group.add_mark(directory.path(), event_mask::open);
  error_code ec;
  group.add_mark(directory.path(), event_mask::open, ec, inode, mark_flags::evictable);
  BOOST_TEST(ec == errc::mark_stays_pinned);
  BOOST_TEST(has_condition(ec, EEXIST));
}

BOOST_AUTO_TEST_CASE(the_old_ignore_after_the_new)
{
  fanotify_handle group(context, {.flags = fid});
  group.ignore(directory.path(), event_mask::open);
  error_code ec;
  group.ignore(directory.path(), event_mask::access, ec, inode, mark_flags::ignored_mask);
  BOOST_TEST(ec == errc::ignore_flags_differ);
}

BOOST_AUTO_TEST_CASE(the_old_ignore_after_the_new_on_an_evictable_mark)
{
  fanotify_handle group(context, {.flags = fid});
  const auto evictable = mark_flags::evictable;
  group.ignore(directory.path(), event_mask::open, inode, mark_flags::ignore_surv | evictable);
  error_code ec;
  group.ignore(directory.path(), event_mask::access, ec, inode,
               mark_flags::ignored_mask | evictable);
  BOOST_TEST(ec == errc::ignore_flags_differ);
}

BOOST_AUTO_TEST_CASE(a_path_with_a_null_byte_is_no_path)
{
  fanotify_handle group(context, {.flags = fid});
  error_code ec;
  group.add_mark(directory.path().string() + '\0' + "x", event_mask::open, ec);
  BOOST_TEST(ec == errc::no_such_path);
}

BOOST_AUTO_TEST_CASE(privileged_targets_without_privilege)
{
  test::forked user(
      [&]
      {
        test::drop_privileges();
        boost::asio::io_context other;
        fanotify_handle group(other, {.flags = fid});
        error_code ec;
        for (const auto target : {mount, filesystem})
        {
          group.add_mark("/", event_mask::open, ec, target);
          if (ec != errc::mark_needs_privilege || !has_condition(ec, EPERM))
          {
            return 1;
          }
        }
        return 0;
      });
  BOOST_TEST(user.result() == 0);
}

BOOST_AUTO_TEST_CASE(an_object_that_may_not_be_read)
{
  const auto file = directory.write("secret");
  ::chmod(file.c_str(), 0);
  ::chmod(directory.path().c_str(), 0755);
  test::forked user(
      [&]
      {
        test::drop_privileges();
        boost::asio::io_context other;
        fanotify_handle group(other, {.flags = fid});
        error_code ec;
        group.add_mark(file, event_mask::open, ec);
        return ec == errc::object_not_readable && has_condition(ec, EACCES) ? 0 : 1;
      });
  BOOST_TEST(user.result() == 0);
}

BOOST_AUTO_TEST_CASE(the_limit_of_marks)
{
  // In a user namespace of its own the limit can be lowered without anybody noticing.
  test::forked user(
      [&]
      {
        if (!test::enter_user_namespace() ||
            !test::write_file("/proc/sys/user/max_fanotify_marks", "3"))
        {
          return 77;
        }
        boost::asio::io_context other;
        fanotify_handle group(other, {.flags = fid});
        error_code ec;
        for (int i = 0; !ec && i < 10; ++i)
        {
          group.add_mark(directory.write("f" + std::to_string(i)), event_mask::open, ec);
        }
        return ec == errc::too_many_marks && has_condition(ec, ENOSPC) ? 0 : 1;
      });
  const auto result = user.result();
  BOOST_TEST_MESSAGE("77: user namespaces are not to be had here");
  BOOST_TEST((result == 0 || result == 77));
}

BOOST_AUTO_TEST_CASE(permission_on_procfs, *utf::precondition(test::is_privileged))
{
  fanotify_handle group(context, {.flags = class_content});
  error_code ec;
  group.add_mark("/proc/self/status", event_mask::open_perm, ec);
  BOOST_TEST(ec == errc::no_permission_on_filesystem);
  BOOST_TEST(has_condition(ec, EINVAL));
}

BOOST_AUTO_TEST_CASE(a_mount_mark_on_a_pipe, *utf::precondition(test::is_privileged))
{
  int pipe[2];
  BOOST_REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
  const fanio::unique_fd in(pipe[0]);
  const fanio::unique_fd out(pipe[1]);
  fanotify_handle group(context, {.flags = fid});
  error_code ec;
  group.add_mark(location::of_fd(in.get()), event_mask::open, ec, mount);
  BOOST_TEST(ec == errc::no_mark_on_pseudo_filesystem);
}

BOOST_AUTO_TEST_CASE(pre_access_where_it_is_not_to_be_had,
                     *utf::precondition(test::has<event_mask::pre_access>))
{
  fanotify_handle group(context, {.flags = class_pre_content});
  error_code ec;
  group.add_mark("/dev/null", event_mask::pre_access, ec);
  BOOST_TEST(
      (ec == errc::pre_access_needs_regular_file || ec == errc::filesystem_without_pre_access));

  const fanio::unique_fd memory(::memfd_create("fanio", MFD_CLOEXEC));
  group.add_mark(location::of_fd(memory.get()), event_mask::pre_access, ec);
  BOOST_TEST(ec == errc::filesystem_without_pre_access);
  BOOST_TEST(has_condition(ec, EOPNOTSUPP));
}

BOOST_AUTO_TEST_CASE(pre_access_and_ondir_on_one_mark,
                     *utf::precondition(test::has<event_mask::pre_access>))
{
  fanotify_handle group(context, {.flags = class_pre_content});
  error_code ec;
  group.add_mark(directory.path(), event_mask::open | event_mask::ondir);
  group.add_mark(directory.path(), event_mask::pre_access | event_mask::event_on_child, ec);
  // tmpfs has no pre_access, and says that first.
  BOOST_TEST((ec == errc::pre_access_and_ondir || ec == errc::filesystem_without_pre_access));
}

BOOST_AUTO_TEST_CASE(file_handles_of_a_filesystem_without_them,
                     *utf::precondition(test::is_privileged))
{
  fanotify_handle group(context, {.flags = fid});
  error_code ec;
  group.add_mark("/proc", event_mask::open, ec, filesystem);
  BOOST_TEST(ec == errc::filesystem_without_handles);
  BOOST_TEST(has_condition(ec, EOPNOTSUPP));
}

BOOST_AUTO_TEST_SUITE_END()

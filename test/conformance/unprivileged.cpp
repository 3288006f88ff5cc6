// Q. What ordinary users have, and root of a user namespace.

#include "support/in_child.hpp"
#include "support/namespaces.hpp"
#include "support/refused.hpp"
#include "support/scenario.hpp"

#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace utf = boost::unit_test;
using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::location;
using fanio::mark_target;

namespace {

using enum init_flags;

/// A directory that anybody may enter, made by whoever runs the tests.
struct unprivileged_fixture : test::watchdog
{
  unprivileged_fixture() { ::chmod(directory.path().c_str(), 0755); }

  test::temp_directory directory;
};

struct refused_group
{
  init_flags flags;
  errc why;
};

void check_refused_to_users(const std::vector<refused_group>& rows)
{
  test::in_child(
      [&]
      {
        test::drop_privileges();
        boost::asio::io_context context;
        for (const auto& row : rows)
        {
          BOOST_TEST_CONTEXT(to_string(row.flags))
          {
            fanotify_handle group(context);
            error_code ec;
            group.open({.flags = row.flags}, ec);
            BOOST_TEST(ec == row.why);
            BOOST_TEST((ec == boost::system::errc::operation_not_permitted));
          }
        }
      });
}

/// Opens, reads, writes and closes.
int use(const std::filesystem::path& file)
{
  const fanio::unique_fd fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  char byte = 0;
  return ::read(fd.get(), &byte, 1) == 1 && ::write(fd.get(), &byte, 1) == 1 ? 0 : 1;
}

constexpr auto watched =
    event_mask::access | event_mask::modify | event_mask::open | event_mask::close;
constexpr auto used =
    event_mask::access | event_mask::modify | event_mask::open | event_mask::close_write;

/// An ordinary user who watches a file of his own.
struct listener : test::reading_fixture
{
  void check_used(std::int32_t pid)
  {
    const auto events = drain(group);
    BOOST_TEST(test::merged(events) == used);
    for (const auto& e : events)
    {
      BOOST_TEST(e.pid() == pid);
      BOOST_TEST(e.fd() == -1);
      BOOST_TEST(e.fid().has_value());
    }
  }

  std::filesystem::path file = directory.write("file");
  fanotify_handle group = open(report_fid);
};

/// A precondition: root of a user namespace may mark what he has mounted (6.16).
boost::test_tools::assertion_result has_marks_in_user_namespaces(utf::test_unit_id id)
{
  if (const auto namespaces = test::has_user_namespaces(id); !namespaces)
  {
    return namespaces;
  }
  test::forked process(
      []
      {
        test::drop_privileges();
        test::become_root_of_a_user_namespace();
        const auto own = test::private_tmpfs();
        boost::asio::io_context context;
        fanotify_handle group(context);
        error_code ec;
        group.open({.flags = report_fid}, ec);
        group.add_mark(own.path(), event_mask::open, ec, mark_target::filesystem);
        return ec ? 1 : 0;
      });
  return test::needs(process.result() == 0,
                     "a kernel that lets root of a user namespace mark his filesystems");
}

/// A child that is root of a user namespace, with descriptors of what is not its own.
template <typename Part>
void as_root_of_a_user_namespace(Part&& part)
{
  test::in_child(
      [&]
      {
        test::drop_privileges();
        const fanio::unique_fd host(::open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC));
        test::become_root_of_a_user_namespace();
        part(host.get());
      });
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(unprivileged, unprivileged_fixture)

BOOST_AUTO_TEST_CASE(Q01_a_group_of_descriptors_is_refused)
{
  check_refused_to_users({{class_notif, errc::fd_group_needs_privilege}});
}

BOOST_AUTO_TEST_CASE(Q02_classes_limits_and_thread_ids_are_refused)
{
  check_refused_to_users({{report_fid | class_content, errc::class_needs_privilege},
                          {report_fid | class_pre_content, errc::class_needs_privilege},
                          {report_fid | unlimited_queue, errc::unlimited_needs_privilege},
                          {report_fid | unlimited_marks, errc::unlimited_needs_privilege},
                          {report_fid | report_tid, errc::report_needs_privilege}});
}

BOOST_AUTO_TEST_CASE(Q03_pidfds_errors_of_descriptors_and_audit_are_refused)
{
  check_refused_to_users({{report_fid | report_pidfd, errc::report_needs_privilege},
                          {report_fid | report_fd_error, errc::report_needs_privilege},
                          {report_fid | enable_audit, errc::audit_needs_privilege}});
}

BOOST_AUTO_TEST_CASE(Q04_mounts_and_filesystems_are_refused,
                     *utf::precondition(test::has_groups_for_users))
{
  test::in_child(
      [&]
      {
        test::drop_privileges();
        boost::asio::io_context context;
        fanotify_handle group(context, {.flags = report_fid});
        for (const auto target : {mark_target::mount, mark_target::filesystem})
        {
          test::check_add_refused(group, directory.path(), event_mask::open, target,
                                  errc::mark_needs_privilege);
        }
      });
}

BOOST_AUTO_TEST_CASE(Q05_what_may_be_read_may_be_marked,
                     *utf::precondition(test::has_groups_for_users))
{
  const auto readable = directory.write("readable");
  const auto secret = directory.write("secret");
  ::chmod(readable.c_str(), 0644);
  ::chmod(secret.c_str(), 0);
  test::in_child(
      [&]
      {
        test::drop_privileges();
        boost::asio::io_context context;
        fanotify_handle group(context, {.flags = report_fid});
        group.add_mark(readable, watched);
        test::check_add_refused(group, secret, watched, mark_target::inode,
                                errc::object_not_readable);
      });
}

BOOST_AUTO_TEST_CASE(Q06_what_the_listener_does_is_told_with_his_process,
                     *utf::precondition(test::has_groups_for_users))
{
  test::in_child(
      []
      {
        test::drop_privileges();
        listener user;
        user.group.add_mark(user.file, watched);
        BOOST_TEST(use(user.file) == 0);
        user.check_used(::getpid());
      });
}

BOOST_AUTO_TEST_CASE(Q07_what_others_do_is_told_without_their_process,
                     *utf::precondition(test::has_groups_for_users))
{
  test::in_child(
      []
      {
        test::drop_privileges();
        listener user;
        user.group.add_mark(user.file, watched);
        test::forked other([&] { return use(user.file); });
        BOOST_TEST(other.result() == 0);
        user.check_used(0);
      });
}

BOOST_AUTO_TEST_CASE(Q09_root_of_a_user_namespace_marks_what_he_mounted,
                     *utf::precondition(has_marks_in_user_namespaces))
{
  as_root_of_a_user_namespace(
      [](int)
      {
        for (const auto target : {mark_target::mount, mark_target::filesystem})
        {
          const auto own = test::private_tmpfs();
          listener root;
          root.group.add_mark(own.path(), watched, target);
          const auto file = own.write("file");
          root.drain(root.group);
          BOOST_TEST(use(file) == 0);
          root.check_used(::getpid());
        }
      });
}

BOOST_AUTO_TEST_CASE(Q09_root_of_a_user_namespace_marks_his_mount_namespace,
                     *utf::precondition(has_marks_in_user_namespaces))
{
  as_root_of_a_user_namespace(
      [](int host)
      {
        test::reading_fixture root;
        auto group = root.open(report_mnt);
        group.add_mark("/proc/self/ns/mnt", event_mask::mnt_attach, mark_target::mntns);
        const auto own = test::private_tmpfs();
        BOOST_TEST(root.drain(group).size() == 1U);

        test::check_add_refused(group, location::of_fd(host), event_mask::mnt_attach,
                                mark_target::mntns, errc::mark_needs_privilege);
      });
}

BOOST_AUTO_TEST_CASE(Q09_what_others_mounted_he_does_not_mark_as_a_whole,
                     *utf::precondition(has_marks_in_user_namespaces))
{
  as_root_of_a_user_namespace(
      [](int)
      {
        boost::asio::io_context context;
        fanotify_handle group(context, {.flags = report_fid});
        test::check_add_refused(group, "/usr", event_mask::open, mark_target::filesystem,
                                errc::mark_needs_privilege);
      });
}

BOOST_AUTO_TEST_SUITE_END()

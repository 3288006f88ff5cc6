// A filesystem is unmounted, made read-only or shut down while it is watched.

#include "support/guarded_file.hpp"
#include <fanio/error.hpp>

#include <sys/mount.h>

namespace utf = boost::unit_test;
using fanio::error_code;
using fanio::event_mask;
using fanio::event_view;
using fanio::fanotify_handle;
using fanio::file_flags;
using fanio::init_flags;
using fanio::mark_target;
using fanio::response;

namespace {

struct filesystems_fixture : test::guarded_file
{
  /// A group with one event in its queue: the file was opened.
  fanotify_handle group_with_an_event(const fanio::group_options& options = {})
  {
    auto group = open(options);
    group.add_mark(fs.path(), event_mask::open, mark_target::filesystem);
    test::try_open(file);
    return group;
  }

  /// 0, or the errno.
  int unmount(int flags = 0) { return fs.unmount(flags) == 0 ? 0 : errno; }

  void remount(const std::string& options)
  {
    test::run_program({"mount", "-o", "remount," + options, fs.path()});
  }

  /// The group is still of use: on another filesystem.
  void check_goes_on(fanotify_handle& group)
  {
    const auto other = test::private_tmpfs();
    const auto here = other.write("file");
    group.add_mark(here, event_mask::open);
    test::try_open(here);
    BOOST_TEST(test::merged(drain(group)) == event_mask::open);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(filesystems, filesystems_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(an_event_with_a_descriptor_keeps_its_filesystem_busy_until_it_is_cleared)
{
  auto group = group_with_an_event();
  BOOST_TEST(unmount() == EBUSY); // it is queued
  auto events = read(group);
  BOOST_TEST(unmount() == EBUSY); // it is taken
  events.clear();
  test::try_open(file);
  group.read_events(*buffer);
  BOOST_TEST(unmount() == EBUSY); // it is in the buffer
  buffer->clear();
  BOOST_TEST(unmount() == 0);
  BOOST_TEST(group.queued() == 0);
  check_goes_on(group);
}

BOOST_AUTO_TEST_CASE(an_event_by_handle_does_not)
{
  auto group = group_with_an_event({.flags = init_flags::report_fid});
  BOOST_TEST(unmount() == 0);
  const auto events = drain(group); // what was queued is still told
  BOOST_REQUIRE(events.size() == 1);
  BOOST_TEST(events[0].fid().has_value());
}

BOOST_AUTO_TEST_CASE(a_lazy_unmount_leaves_what_is_queued_and_pending_as_it_is)
{
  auto group = guard();
  test::opener asker(file);
  await_queued(group, 1);
  BOOST_TEST(unmount(MNT_DETACH) == 0);
  const auto e = next(group);
  char byte = 0;
  BOOST_TEST(::pread(e.fd(), &byte, 1, 0) == 1);
  group.respond(e, response::deny());
  BOOST_TEST(asker.result() == EPERM);
  check_goes_on(group);
}

BOOST_AUTO_TEST_CASE(what_became_read_only_can_not_be_opened_for_writing_and_that_is_told,
                     *utf::precondition(test::has<init_flags::report_fd_error>))
{
  auto group = group_with_an_event({.event_files = file_flags::rdwr});
  remount("ro");
  auto events = read(group);
  BOOST_REQUIRE(events.size() == 1);
  BOOST_TEST((events[0].lost() == error_code(EROFS, fanio::lost_event_category())));
  remount("rw");
  test::try_open(file);
  events = read(group);
  BOOST_REQUIRE(events.size() == 1);
  BOOST_TEST(!events[0].lost());
}

BOOST_AUTO_TEST_CASE(a_filesystem_that_is_aborted_says_so_and_its_requests_are_still_answered,
                     *utf::precondition(test::has<event_mask::fs_error>))
{
  auto errors = open(init_flags::report_fid);
  errors.add_mark(fs.path(), event_mask::fs_error, mark_target::filesystem);
  auto group = guard();
  test::opener before(file);
  const auto e = next(group);

  remount("abort");

  const auto told = await(errors);
  BOOST_REQUIRE(told.size() == 1);
  BOOST_TEST(told[0].mask() == event_mask::fs_error);
  BOOST_TEST(told[0].error()->error == ESHUTDOWN);
  BOOST_TEST(!told[0].fid()->is_valid());
  group.respond(e, response::deny());
  BOOST_TEST(before.result() == EPERM);
  test::opener after(file);
  group.respond(next(group), response::deny());
  BOOST_TEST(after.result() == EPERM);
  check_goes_on(errors);
}

BOOST_AUTO_TEST_SUITE_END()

// T. Marks that do not pin their inode, on ext2.

#include "support/refused.hpp"
#include "support/scenario.hpp"
#include <fanio/group_info.hpp>

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>

namespace utf = boost::unit_test;
using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;

namespace {

struct evictable_fixture : test::scenario
{
  /// Whether the kernel lists the one inode mark as evictable.
  static bool is_evictable(const fanotify_handle& group)
  {
    error_code ec;
    const auto marks = fanio::read_group_info(group.native_handle(), ec).marks;
    BOOST_REQUIRE(marks.size() == 1U);
    return has_any(marks.front().flags, mark_flags::evictable);
  }

  void change_attributes() const { BOOST_REQUIRE(::chmod(file.c_str(), 0600) == 0); }

  test::private_filesystem fs{"ext2"};
  std::filesystem::path file = fs.write("file");
  // Another test may drop from memory what is not in use, and the mark with it.
  fanio::unique_fd in_use{::open(file.c_str(), O_PATH | O_CLOEXEC)};
  fanotify_handle group = open(init_flags::report_fid);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(evictable, evictable_fixture,
                         *utf::precondition(test::is_privileged) *
                             utf::precondition(test::has<mark_flags::evictable>))

BOOST_AUTO_TEST_CASE(T01_an_evictable_mark_can_be_pinned_and_then_stays_so)
{
  group.add_mark(file, event_mask::open, mark_target::inode, mark_flags::evictable);
  BOOST_TEST(is_evictable(group));
  group.add_mark(file, event_mask::open);
  BOOST_TEST(!is_evictable(group));
  test::check_add_refused(group, file, event_mask::open, mark_target::inode,
                          errc::mark_stays_pinned, mark_flags::evictable);
}

BOOST_AUTO_TEST_CASE(T02_a_mark_without_events_is_gone)
{
  group.add_mark(file, event_mask::open, mark_target::inode, mark_flags::evictable);
  group.add_mark(file, event_mask::attrib);
  group.remove_mark(file, event_mask::open | event_mask::attrib);
  test::check_refused(group, {mark_flags::remove, mark_target::inode, event_mask::open}, file,
                      errc::no_such_mark);
  // What is gone may come back as evictable.
  group.add_mark(file, event_mask::open, mark_target::inode, mark_flags::evictable);
  BOOST_TEST(is_evictable(group));
}

BOOST_AUTO_TEST_CASE(T03_a_change_of_attributes_is_told_by_the_filesystem_mark)
{
  group.add_mark(fs.path(), event_mask::attrib, mark_target::filesystem);
  change_attributes();
  BOOST_TEST(test::merged(drain(group)) == event_mask::attrib);
}

BOOST_AUTO_TEST_CASE(T03_unless_an_evictable_mark_ignores_it)
{
  const auto ignored = mark_flags::ignore_surv | mark_flags::evictable;
  group.add_mark(fs.path(), event_mask::attrib, mark_target::filesystem);
  group.ignore(file, event_mask::attrib, mark_target::inode, ignored);
  change_attributes();
  BOOST_TEST(group.queued() == 0U);
  group.remove_mark(file, event_mask::attrib, mark_target::inode, ignored);
  change_attributes();
  BOOST_TEST(test::merged(drain(group)) == event_mask::attrib);
}

BOOST_AUTO_TEST_SUITE_END()

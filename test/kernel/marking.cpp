// Marks on the running kernel: each way to name the object, each kind, ignoring, removing.

#include "support/context_fixture.hpp"
#include "support/requires.hpp"
#include <fanio/error.hpp>
#include <fanio/group_info.hpp>

#include <array>
#include <string>
#include <vector>

#include <sched.h>
#include <sys/mount.h>

namespace utf = boost::unit_test;
using fanio::error_code;
using fanio::event_buffer;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::location;
using fanio::mark_flags;
using fanio::mark_target;

namespace {

struct marking_fixture : test::context_fixture
{
  /// The marks as the kernel lists them.
  [[nodiscard]] std::vector<fanio::mark_info> marks() const
  {
    error_code ec;
    const auto info = fanio::read_group_info(group.native_handle(), ec);
    BOOST_TEST(!ec);
    return info.marks;
  }

  /// What is told when `file` is opened; nothing if it is not.
  event_mask told_when_opened()
  {
    test::try_open(file);
    group.non_blocking(true);
    error_code ec;
    event_mask mask{};
    for (const fanio::event_view e : group.read_events(buffer, ec))
    {
      mask |= e.mask();
    }
    return mask;
  }

  std::filesystem::path file = directory.write("file");
  fanotify_handle group{context, {.flags = init_flags::report_fid}};
  event_buffer buffer;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(marking, marking_fixture)

BOOST_AUTO_TEST_CASE(by_path)
{
  group.add_mark(file, event_mask::open);
  BOOST_TEST(told_when_opened() == event_mask::open);
  group.add_mark(file.string(), event_mask::close);
  BOOST_TEST(told_when_opened() == (event_mask::open | event_mask::close_nowrite));
  group.remove_mark(file.c_str(), event_mask::open);
  BOOST_TEST(told_when_opened() == event_mask::close_nowrite);
}

BOOST_AUTO_TEST_CASE(by_directory_descriptor_and_path)
{
  const fanio::unique_fd dir(::open(directory.path().c_str(), O_PATH | O_CLOEXEC));
  group.add_mark({dir.get(), "file"}, event_mask::open);
  BOOST_TEST(told_when_opened() == event_mask::open);
}

BOOST_AUTO_TEST_CASE(by_descriptor)
{
  const fanio::unique_fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  group.add_mark(location::of_fd(fd.get()), event_mask::open);
  BOOST_TEST(told_when_opened() == event_mask::open);
}

BOOST_AUTO_TEST_CASE(a_link_itself_if_not_followed)
{
  const auto link = directory / "link";
  std::filesystem::create_symlink(file, link);
  group.add_mark(link, event_mask::open, mark_target::inode, mark_flags::dont_follow);
  test::try_open(link);
  BOOST_TEST(told_when_opened() == event_mask::none);
}

BOOST_AUTO_TEST_CASE(a_removed_mark_is_silent)
{
  group.add_mark(file, event_mask::open);
  group.remove_mark(file, event_mask::open);
  BOOST_TEST(marks().empty());
  BOOST_TEST(told_when_opened() == event_mask::none);
}

BOOST_AUTO_TEST_CASE(flushing_removes_every_mark_of_a_target)
{
  group.add_mark(file, event_mask::open);
  group.add_mark(directory.path(), event_mask::open);
  BOOST_TEST(marks().size() == 2);
  group.flush_marks(mark_target::inode);
  BOOST_TEST(marks().empty());
}

BOOST_AUTO_TEST_CASE(ignoring_in_the_new_way)
{
  group.add_mark(directory.path(), event_mask::open | event_mask::event_on_child);
  group.ignore(file, event_mask::open);
  BOOST_TEST(told_when_opened() == event_mask::none);
  group.remove_mark(file, event_mask::open, mark_target::inode, mark_flags::ignore_surv);
  BOOST_TEST(told_when_opened() == event_mask::open);
}

BOOST_AUTO_TEST_CASE(ignoring_in_the_old_way_until_the_file_is_modified)
{
  group.add_mark(directory.path(), event_mask::open | event_mask::event_on_child);
  group.ignore(file, event_mask::open, mark_target::inode, mark_flags::ignored_mask);
  BOOST_TEST(told_when_opened() == event_mask::none);
  directory.write("file", "other");
  told_when_opened();
  BOOST_TEST(told_when_opened() == event_mask::open);
}

BOOST_AUTO_TEST_CASE(a_whole_range_of_places)
{
  std::vector<std::filesystem::path> files;
  for (int i = 0; i < 5; ++i)
  {
    files.push_back(directory.write("f" + std::to_string(i)));
  }
  BOOST_TEST(group.mark_all(mark_flags::add, mark_target::inode, event_mask::open, files) == 5);
  BOOST_TEST(marks().size() == 5);
  BOOST_TEST(group.mark_all(mark_flags::remove, mark_target::inode, event_mask::open, files) == 5);
  BOOST_TEST(marks().empty());
}

BOOST_AUTO_TEST_CASE(a_range_stops_at_the_first_failure_and_tells_how_far_it_came)
{
  const std::array<std::filesystem::path, 3> files{file, directory / "missing", file};
  error_code ec;
  BOOST_TEST(group.mark_all(mark_flags::add, mark_target::inode, event_mask::open, files, ec) == 1);
  BOOST_TEST(ec == fanio::errc::no_such_path);
  BOOST_CHECK_THROW(group.mark_all(mark_flags::add, mark_target::inode, event_mask::open, files),
                    boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(mounts_and_filesystems, *utf::precondition(test::is_privileged))
{
  group.add_mark(file, event_mask::open, mark_target::mount);
  group.add_mark(file, event_mask::open, mark_target::filesystem);
  const auto listed = marks();
  BOOST_REQUIRE(listed.size() == 2);
  BOOST_TEST(listed[0].target == mark_target::filesystem);
  BOOST_TEST(listed[1].target == mark_target::mount);
  BOOST_TEST(has_all(listed[0].mask, event_mask::open));
  group.flush_marks(mark_target::mount);
  group.flush_marks(mark_target::filesystem);
  BOOST_TEST(marks().empty());
}

BOOST_AUTO_TEST_CASE(an_evictable_mark, *utf::precondition(test::has<mark_flags::evictable>))
{
  group.add_mark(file, event_mask::open, mark_target::inode, mark_flags::evictable);
  BOOST_REQUIRE(marks().size() == 1);
  BOOST_TEST(has_all(marks()[0].flags, mark_flags::evictable));
}

BOOST_AUTO_TEST_CASE(mount_events, *utf::precondition(test::has<init_flags::report_mnt>) *
                                       utf::precondition(test::is_privileged))
{
  // In a mount namespace of a child, so that no mount is left here whatever happens.
  test::forked child(
      [&]
      {
        if (::unshare(CLONE_NEWNS) != 0 ||
            ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        {
          return 1;
        }
        boost::asio::io_context other;
        fanotify_handle mounts(other, {.flags = init_flags::report_mnt});
        mounts.add_mark("/proc/self/ns/mnt", event_mask::mnt_attach | event_mask::mnt_detach,
                        mark_target::mntns);
        if (::mount("none", directory.path().c_str(), "tmpfs", 0, nullptr) != 0 ||
            ::umount2(directory.path().c_str(), 0) != 0)
        {
          return 2;
        }
        event_buffer events;
        const auto range = mounts.read_events(events);
        if (range.size() != 2)
        {
          return 3;
        }
        const auto attached = *range.begin();
        const auto detached = *std::next(range.begin());
        return attached.mask() == event_mask::mnt_attach &&
                       detached.mask() == event_mask::mnt_detach &&
                       attached.mount_id().value() != 0 &&
                       attached.mount_id() == detached.mount_id() && !attached.lost()
                   ? 0
                   : 4;
      });
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

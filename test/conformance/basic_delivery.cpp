// A. What happens to files is told: by every kind of mark, with descriptors and with handles.

#include "support/file_scenario.hpp"
#include "support/ignores.hpp"

#include <array>
#include <string_view>

namespace utf = boost::unit_test;
using fanio::error_code;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;

namespace {

constexpr auto everything =
    event_mask::access | event_mask::modify | event_mask::open | event_mask::close;

/// The older ignore, until the file is modified.
constexpr auto until_modified = mark_flags::ignored_mask;

struct basic_delivery_fixture : test::file_scenario
{
  /// For a group that reports descriptors and for one of handles.
  template <typename Row>
  void in_both_groups(Row&& row)
  {
    for (const auto flags : {init_flags::class_notif, init_flags::report_fid})
    {
      BOOST_TEST_CONTEXT(to_string(flags))
      {
        auto group = open(flags);
        row(group);
      }
    }
  }

  /// Once for each kind of mark in each kind of group.
  template <typename Row>
  void everywhere(Row&& row)
  {
    for (const auto target : test::file_targets)
    {
      BOOST_TEST_CONTEXT(to_string(target) << " mark")
      {
        in_both_groups(
            [&](fanotify_handle& group)
            {
              group.add_mark(file, everything, target);
              row(group, target);
            });
      }
    }
  }

  event_mask told(fanotify_handle& group) { return test::merged(drain(group)); }
};

/// Each event is this process's, and carries a descriptor of the file or none, as the group does.
void check_origin(const fanotify_handle& group, const std::vector<fanio::event>& events,
                  std::string_view contents)
{
  for (const auto& e : events)
  {
    BOOST_TEST(e.pid() == ::getpid());
    if (has_any(group.flags(), init_flags::report_fid))
    {
      BOOST_TEST(e.fd() == -1);
      continue;
    }
    std::array<char, 16> text{};
    const auto bytes = ::pread(e.fd(), text.data(), text.size(), 0);
    BOOST_REQUIRE(bytes >= 0);
    BOOST_TEST(std::string_view(text.data(), static_cast<std::size_t>(bytes)) == contents);
  }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(basic_delivery, basic_delivery_fixture,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(A01_opening_reading_and_closing_are_told)
{
  everywhere(
      [&](fanotify_handle& group, mark_target)
      {
        test::read_byte(test::open_file(file));

        const auto events = drain(group);

        BOOST_TEST(test::merged(events) ==
                   (event_mask::open | event_mask::access | event_mask::close_nowrite));
        check_origin(group, events, "text");
      });
}

BOOST_AUTO_TEST_CASE(A02_opening_writing_and_closing_are_told)
{
  everywhere(
      [&](fanotify_handle& group, mark_target)
      {
        test::write_byte(test::open_file(file, O_RDWR));

        const auto events = drain(group);

        BOOST_TEST(test::merged(events) ==
                   (event_mask::open | event_mask::modify | event_mask::close_write));
        check_origin(group, events, "wext");
      });
}

BOOST_AUTO_TEST_CASE(A03_an_ignore_mask_hides_what_it_names)
{
  everywhere(
      [&](fanotify_handle& group, mark_target target)
      {
        group.ignore(file, event_mask::access, target, until_modified);
        const auto fd = test::open_file(file, O_RDWR);
        test::read_byte(fd);
        BOOST_TEST(told(group) == event_mask::open);
      });
}

BOOST_AUTO_TEST_CASE(A04_a_modification_ends_an_ignore_mask_that_does_not_survive_it)
{
  everywhere(
      [&](fanotify_handle& group, mark_target target)
      {
        group.ignore(file, event_mask::access, target, until_modified);
        auto fd = test::open_file(file, O_RDWR);
        test::read_byte(fd);
        BOOST_TEST(told(group) == event_mask::open);

        test::write_byte(fd);
        test::read_byte(fd);
        fd.reset();
        BOOST_TEST(told(group) ==
                   (event_mask::modify | event_mask::access | event_mask::close_write));
      });
}

BOOST_AUTO_TEST_CASE(A05_an_ignore_mask_can_survive_modifications)
{
  everywhere(
      [&](fanotify_handle& group, mark_target target)
      {
        group.ignore(file, event_mask::open | event_mask::close, target, test::older_ignore);
        test::modify(file);
        BOOST_TEST(told(group) == event_mask::modify);
        test::open_file(file);
        BOOST_TEST(group.queued() == 0);
      });
}

BOOST_AUTO_TEST_CASE(A07_a_group_can_also_mark_another_filesystem)
{
  const auto other = test::private_tmpfs();
  const auto elsewhere = other.write("elsewhere");
  everywhere(
      [&](fanotify_handle& group, mark_target)
      {
        group.add_mark(elsewhere, event_mask::open);
        test::open_file(elsewhere);
        BOOST_TEST(told(group) == event_mask::open);
      });
}

BOOST_AUTO_TEST_CASE(A07_a_group_of_handles_can_not_also_mark_a_filesystem_without_an_id,
                     *utf::precondition(test::has_program("bindfs")))
{
  const auto other = test::private_fuse(directory.path());
  everywhere(
      [&](fanotify_handle& group, mark_target)
      {
        error_code ec;
        group.add_mark(other.path(), event_mask::open, ec);
        const bool has_handles = has_any(group.flags(), init_flags::report_fid);
        BOOST_TEST(ec == (has_handles ? error_code(fanio::errc::filesystem_needs_own_group)
                                      : error_code()));
      });
}

BOOST_AUTO_TEST_CASE(A08_a_directory_mark_tells_of_its_children)
{
  in_both_groups(
      [&](fanotify_handle& group)
      {
        group.add_mark(fs.path(), everything | event_mask::event_on_child | event_mask::ondir);
        const auto child = fs / "child";
        test::write_byte(test::open_file(child, O_CREAT | O_WRONLY));
        BOOST_TEST(told(group) ==
                   (event_mask::open | event_mask::modify | event_mask::close_write));
        test::read_byte(test::open_file(child));
        BOOST_TEST(told(group) ==
                   (event_mask::open | event_mask::access | event_mask::close_nowrite));
        std::filesystem::remove(child);
      });
}

BOOST_AUTO_TEST_CASE(A09_a_directory_mark_without_event_on_child_tells_only_of_the_directory)
{
  in_both_groups(
      [&](fanotify_handle& group)
      {
        group.add_mark(fs.path(), everything | event_mask::event_on_child | event_mask::ondir);
        group.remove_mark(fs.path(), event_mask::event_on_child);
        test::read_byte(test::open_file(file));
        BOOST_TEST(group.queued() == 0);

        test::open_file(fs.path(), O_DIRECTORY);
        // Groups that report descriptors are not told that it is a directory.
        const auto directory_bit =
            has_any(group.flags(), init_flags::report_fid) ? event_mask::ondir : event_mask::none;
        BOOST_TEST(told(group) == (event_mask::open | event_mask::close_nowrite | directory_bit));
      });
}

BOOST_AUTO_TEST_SUITE_END()

// B. Permission events: who asks, in which order, and what a deny does.

#include "support/file_scenario.hpp"

namespace utf = boost::unit_test;
using boost::test_tools::per_element;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_target;
using fanio::response;

namespace {

using masks = std::vector<event_mask>;

struct permission_fixture : test::file_scenario
{
  /// Opens the file, writes a byte, which must succeed, and reads: 0, or the errno of reading.
  static int use(const std::filesystem::path& file)
  {
    const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    char byte = 'w';
    if (::pwrite(fd, &byte, 1, 0) != 1)
    {
      constexpr int not_written = 255;
      return not_written;
    }
    return ::pread(fd, &byte, 1, 0) < 0 ? errno : 0;
  }

  /// Asks about the file and the program, once for each kind of mark.
  template <typename Row>
  void with_every_mark(event_mask mask, Row&& row)
  {
    for (const auto target : test::file_targets)
    {
      BOOST_TEST_CONTEXT(to_string(target) << " mark")
      {
        auto group = open(init_flags::class_content);
        group.add_mark(file, mask, target);
        group.add_mark(program, mask, target);
        row(group);
      }
    }
  }

  /// What the user of the file was asked, and what it ended with; `denied` is denied.
  void check_use(fanotify_handle& group, event_mask denied, const masks& asked, int result)
  {
    test::forked user([&] { return use(file); });
    check(group, user, denied, asked, result);
  }

  void check_execution(fanotify_handle& group, event_mask denied, const masks& asked, int result)
  {
    test::executor user(program);
    check(group, user, denied, asked, result);
  }

  std::filesystem::path program = test::copy_program(fs / "program");

private:
  void check(fanotify_handle& group, test::forked& user, event_mask denied, const masks& asked,
             int result)
  {
    const auto events =
        serve(group, user, [&](const fanio::event& e)
              { return has_any(e.mask(), denied) ? response::deny() : response::allow(); });
    BOOST_TEST(test::masks(events) == asked, per_element());
    for (const auto& e : events)
    {
      BOOST_TEST(e.pid() == user.pid());
    }
    BOOST_TEST(user.result() == result);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(permission, permission_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(B01_opening_and_reading_are_asked_one_after_the_other_and_a_deny_is_eperm)
{
  with_every_mark(event_mask::open_perm | event_mask::access_perm,
                  [&](fanotify_handle& group)
                  {
                    check_use(group, event_mask::access_perm,
                              {event_mask::open_perm, event_mask::access_perm}, EPERM);
                  });
}

BOOST_AUTO_TEST_CASE(B02_a_program_that_may_not_be_opened_is_not_executed)
{
  with_every_mark(
      event_mask::open_perm | event_mask::access_perm, [&](fanotify_handle& group)
      { check_execution(group, event_mask::open_perm, {event_mask::open_perm}, EPERM); });
}

BOOST_AUTO_TEST_CASE(B03_an_ordinary_opening_does_not_ask_for_execution)
{
  with_every_mark(event_mask::access_perm | event_mask::open_exec_perm, [&](fanotify_handle& group)
                  { check_use(group, event_mask::access_perm, {event_mask::access_perm}, EPERM); });
}

BOOST_AUTO_TEST_CASE(B04_a_program_whose_execution_is_denied_is_not_executed)
{
  with_every_mark(
      event_mask::access_perm | event_mask::open_exec_perm, [&](fanotify_handle& group)
      { check_execution(group, event_mask::open_exec_perm, {event_mask::open_exec_perm}, EPERM); });
}

BOOST_AUTO_TEST_CASE(B05_the_parent_directory_asks_for_its_children)
{
  auto group = open(init_flags::class_content);
  constexpr auto mask = event_mask::access_perm | event_mask::open_exec_perm;
  group.add_mark(fs.path(), mask | event_mask::event_on_child);
  check_use(group, mask, {event_mask::access_perm}, EPERM);
  check_execution(group, mask, {event_mask::open_exec_perm}, EPERM);
}

BOOST_AUTO_TEST_CASE(B06_without_event_on_child_the_parent_directory_asks_nothing)
{
  auto group = open(init_flags::class_content);
  constexpr auto mask = event_mask::access_perm | event_mask::open_exec_perm;
  group.add_mark(fs.path(), mask);
  check_use(group, mask, {}, 0);
  check_execution(group, mask, {}, 0);
}

BOOST_AUTO_TEST_CASE(B15_the_listener_makes_no_events_by_reading_from_the_descriptor_of_an_event)
{
  // Also what asks nothing is watched: a question of the listener to itself would stop the test.
  auto group = open(init_flags::class_content);
  group.add_mark(file, event_mask::open_perm | event_mask::access_perm | event_mask::open |
                           event_mask::access | event_mask::close);
  test::opener user(file);
  {
    const auto events = await(group);
    BOOST_REQUIRE(events.size() == 1);
    char byte = 0;
    BOOST_TEST(::pread(events.front().fd(), &byte, 1, 0) == 1);
    BOOST_TEST(group.queued() == 0);
    group.respond(events.front(), response::allow());
  }
  BOOST_TEST(user.result() == 0);
  const auto events = drain(group);
  BOOST_TEST(test::merged(events) == (event_mask::open | event_mask::close_nowrite));
  for (const auto& e : events)
  {
    BOOST_TEST(e.pid() == user.pid());
  }
}

BOOST_AUTO_TEST_SUITE_END()

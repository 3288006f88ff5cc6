// E. Several groups on one file: who is told, who is asked first.

#include "support/file_scenario.hpp"
#include "support/ignores.hpp"

#include <algorithm>
#include <iterator>

namespace utf = boost::unit_test;
using boost::test_tools::per_element;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;
using fanio::response;

namespace {

using masks = std::vector<event_mask>;

constexpr std::size_t groups_a_class = 3;

struct priorities_fixture : test::file_scenario
{
  /// Three groups of each class watch the mount of `watched`; those of the lower classes ignore it.
  /// The others are told of a modification, each once.
  void check_ignores(const std::filesystem::path& watched, mark_flags kind)
  {
    std::vector<fanotify_handle> told = open_groups(init_flags::class_pre_content, watched);
    std::vector<fanotify_handle> silent = open_groups(init_flags::class_content, watched);
    std::ranges::move(open_groups(init_flags::class_notif, watched), std::back_inserter(silent));
    for (auto& group : silent)
    {
      group.ignore(watched, event_mask::modify, mark_target::inode, kind);
    }

    test::modify(watched);

    for (auto& group : told)
    {
      BOOST_TEST(test::masks(drain(group)) == masks{event_mask::modify}, per_element());
    }
    for (auto& group : silent)
    {
      BOOST_TEST(group.queued() == 0);
    }
  }

  void check_ignores(const std::filesystem::path& watched)
  {
    for (const auto kind : test::surviving_ignores)
    {
      BOOST_TEST_CONTEXT(to_string(kind))
      {
        check_ignores(watched, kind);
      }
    }
  }

  fanotify_handle watch_openings(init_flags flags, event_mask mask)
  {
    auto group = open(flags);
    group.add_mark(file, mask);
    return group;
  }

private:
  std::vector<fanotify_handle> open_groups(init_flags flags, const std::filesystem::path& watched)
  {
    std::vector<fanotify_handle> groups;
    for (std::size_t i = 0; i < groups_a_class; ++i)
    {
      auto& group = groups.emplace_back(open(flags));
      group.add_mark(watched, event_mask::modify, mark_target::mount);
    }
    return groups;
  }
};

/// The groups through which an opening goes, of which the kernel asks the two in the middle in any
/// order.
struct chain_fixture : priorities_fixture
{
  /// The one of the two that is asked; the other is not, while this one thinks.
  fanotify_handle& asked_content_group()
  {
    pollfd both[] = {{.fd = one.native_handle(), .events = POLLIN, .revents = 0},
                     {.fd = two.native_handle(), .events = POLLIN, .revents = 0}};
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(test::deadline).count();
    BOOST_REQUIRE(::poll(both, 2, static_cast<int>(ms)) == 1);
    return both[0].revents != 0 ? one : two;
  }

  fanotify_handle& other(const fanotify_handle& asked) { return &asked == &one ? two : one; }

  /// Waits for the one request of the group, sees that `others` know nothing now, and answers.
  void answer(fanotify_handle& group, const response& r,
              std::initializer_list<const fanotify_handle*> others)
  {
    const auto events = await(group);
    BOOST_TEST(test::masks(events) == masks{event_mask::open_perm}, per_element());
    for (const auto* const other_group : others)
    {
      BOOST_TEST(other_group->queued() == 0);
    }
    group.respond(events.front(), r);
  }

  fanotify_handle first = watch_openings(init_flags::class_pre_content, event_mask::open_perm);
  fanotify_handle one = watch_openings(init_flags::class_content, event_mask::open_perm);
  fanotify_handle two = watch_openings(init_flags::class_content, event_mask::open_perm);
  fanotify_handle last = watch_openings(init_flags::class_notif, event_mask::open);
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(priorities, priorities_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(E01_an_ignore_of_one_group_is_not_that_of_another)
{
  check_ignores(file);
}

BOOST_AUTO_TEST_CASE(E02_on_an_overlay_too_and_its_real_files_make_no_second_event)
{
  const test::private_overlay overlay;
  check_ignores(overlay / "upper");
}

BOOST_FIXTURE_TEST_CASE(E03_groups_are_asked_one_after_the_other_the_highest_class_first,
                        chain_fixture)
{
  test::opener child(file);
  answer(first, response::allow(), {&one, &two, &last});
  auto& next = asked_content_group();
  answer(next, response::allow(), {&first, &other(next), &last});
  answer(other(next), response::allow(), {&first, &next, &last});
  BOOST_TEST(child.result() == 0);
  BOOST_TEST(test::masks(drain(last)) == masks{event_mask::open}, per_element());
}

BOOST_FIXTURE_TEST_CASE(E03_after_a_deny_of_the_highest_class_nobody_else_knows, chain_fixture)
{
  test::opener child(file);
  answer(first, response::deny(), {&one, &two, &last});
  BOOST_TEST(child.result() == EPERM);
  BOOST_TEST(one.queued() == 0);
  BOOST_TEST(two.queued() == 0);
  BOOST_TEST(last.queued() == 0);
}

BOOST_FIXTURE_TEST_CASE(E03_after_a_deny_in_the_middle_the_rest_does_not_know, chain_fixture)
{
  test::opener child(file);
  answer(first, response::allow(), {&one, &two, &last});
  auto& next = asked_content_group();
  answer(next, response::deny(), {&first, &other(next), &last});
  BOOST_TEST(child.result() == EPERM);
  BOOST_TEST(other(next).queued() == 0);
  BOOST_TEST(last.queued() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

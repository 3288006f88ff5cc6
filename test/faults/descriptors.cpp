// No descriptor is free: when a group is opened, while a read is outstanding, and after it.

#include "support/full_descriptor_table.hpp"
#include "support/guarded_file.hpp"
#include <fanio/error.hpp>

#include <optional>

namespace utf = boost::unit_test;
using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::event_range;
using fanio::fanotify_handle;
using fanio::group_options;
using fanio::init_flags;
using fanio::response;

namespace {

const error_code no_descriptor(EMFILE, fanio::lost_event_category());

struct descriptors_fixture : test::guarded_file
{
  static group_options asking(bool tells_losses)
  {
    return {.flags = init_flags::class_content, .report_lost_events = tells_losses};
  }

  /// A read is outstanding when the table fills up, and then somebody opens the file.
  void fill_while_reading(bool tells_losses)
  {
    auto group = guard(asking(tells_losses));
    std::optional<error_code> result;
    bool told = false;
    group.async_read_events(*buffer,
                            [&](error_code ec, event_range events)
                            {
                              result = ec;
                              told = !events.empty() && events.front().lost() == no_descriptor;
                            });
    test::opener asker(file);
    {
      const test::full_descriptor_table full;
      run_until([&] { return result.has_value(); });
    }
    BOOST_TEST((*result == (tells_losses ? error_code() : no_descriptor)));
    BOOST_TEST(told == tells_losses);
    BOOST_TEST(asker.result() == EPERM); // the kernel has denied it
    check_goes_on(group);
  }

  void check_goes_on(fanotify_handle& group)
  {
    test::opener asker(file);
    group.respond(next(group), response::allow());
    BOOST_TEST(asker.result() == 0);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(descriptors, descriptors_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(a_group_that_can_not_be_opened_can_be_when_there_are_some_again)
{
  fanotify_handle group(context);
  error_code ec;
  {
    test::full_descriptor_table full;
    group.open({}, ec);
    BOOST_TEST(ec == errc::too_many_descriptors);
    BOOST_TEST(!group.is_open());
    full.free_one(); // one is enough for the group, but not for the first group of a context
    group.open({}, ec);
    BOOST_TEST(ec == boost::system::errc::too_many_files_open);
    BOOST_TEST(!group.is_open());
  }
  group.open({}, ec);
  BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_CASE(marking_takes_none)
{
  auto group = open(content);
  const test::full_descriptor_table full;
  error_code ec;
  group.add_mark(file, event_mask::open, ec);
  BOOST_TEST(!ec);
  group.remove_mark(file, event_mask::open, ec);
  BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_CASE(an_outstanding_read_tells_the_loss_and_the_group_goes_on,
                     *utf::precondition(test::has<init_flags::report_fd_error>))
{
  fill_while_reading(true);
}

BOOST_AUTO_TEST_CASE(an_outstanding_read_fails_without_fd_error_and_the_group_goes_on)
{
  fill_while_reading(false);
}

BOOST_AUTO_TEST_CASE(what_was_read_can_be_taken_answered_and_closed_without_a_free_one)
{
  auto group = guard();
  test::opener asker(file);
  auto e = next(group);
  test::opener other(file);
  await_queued(group, 1);
  {
    test::full_descriptor_table full;
    error_code ec;
    BOOST_TEST(e.take_fd(ec).get() == -1); // a duplicate, for it is unanswered
    BOOST_TEST(ec == boost::system::errc::too_many_files_open);
    group.respond(e, response::deny());
    BOOST_TEST(e.take_fd(ec).get() >= 0); // the descriptor itself, which is now closed
    group.respond(read(group).front(), response::deny());
  }
  BOOST_TEST(asker.result() == EPERM);
  BOOST_TEST(other.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(closing_takes_none_and_leaves_nobody_blocked)
{
  auto group = guard();
  test::opener read_before(file);
  const auto e = next(group);
  test::opener queued(file);
  await_queued(group, 1);
  {
    const test::full_descriptor_table full;
    group.close();
  }
  BOOST_TEST(read_before.result() == 0);
  BOOST_TEST(queued.result() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

// Opening, adopting, releasing and closing groups on the running kernel.

#include "support/context_fixture.hpp"
#include "support/requires.hpp"
#include <fanio/group_info.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <sys/eventfd.h>
#include <sys/fanotify.h>

namespace asio = boost::asio;
namespace utf = boost::unit_test;
using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;

namespace {

constexpr auto any_user = init_flags::report_dfid_name;

} // namespace

BOOST_FIXTURE_TEST_SUITE(opening, test::context_fixture)

BOOST_AUTO_TEST_CASE(a_new_handle_is_closed)
{
  fanotify_handle group(context);
  BOOST_TEST(!group.is_open());
  BOOST_TEST(group.native_handle() == -1);
  BOOST_TEST((group.get_executor() == context.get_executor()));
}

BOOST_AUTO_TEST_CASE(every_operation_on_a_closed_handle_reports_bad_descriptor)
{
  fanotify_handle group(context);
  fanio::event_buffer buffer;
  error_code ec;
  const auto failed = [&ec] { return std::exchange(ec, {}) == asio::error::bad_descriptor; };

  group.cancel(ec);
  BOOST_TEST(failed());
  BOOST_TEST(group.release(ec) == -1);
  BOOST_TEST(failed());
  group.add_mark("/", event_mask::create, ec);
  BOOST_TEST(failed());
  group.remove_mark("/", event_mask::create, ec);
  BOOST_TEST(failed());
  group.ignore("/", event_mask::create, ec);
  BOOST_TEST(failed());
  group.flush_marks(fanio::mark_target::inode, ec);
  BOOST_TEST(failed());
  BOOST_TEST(group.queued(ec) == 0);
  BOOST_TEST(failed());
  BOOST_TEST(group.read_events(buffer, ec).empty());
  BOOST_TEST(failed());
  group.respond(buffer.events(), fanio::response::allow(), ec);
  BOOST_TEST(failed());
  group.close(ec);
  BOOST_TEST(!ec);
  BOOST_TEST(!group.accepts(fanio::response::allow()));
}

BOOST_AUTO_TEST_CASE(an_open_group_is_non_blocking_and_close_on_exec)
{
  fanotify_handle group(context, {.flags = any_user});
  BOOST_TEST((::fcntl(group.native_handle(), F_GETFL) & O_NONBLOCK) != 0);
  BOOST_TEST((::fcntl(group.native_handle(), F_GETFD) & FD_CLOEXEC) != 0);
  BOOST_TEST(has_all(group.flags(), any_user | init_flags::cloexec | init_flags::nonblock));
}

BOOST_AUTO_TEST_CASE(opening_twice_is_refused)
{
  fanotify_handle group(context, {.flags = any_user});
  error_code ec;
  group.open({.flags = any_user}, ec);
  BOOST_TEST(ec == errc::already_open);
  group.assign(group.native_handle(), ec);
  BOOST_TEST(ec == errc::already_open);
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_another_handle_has_is_refused)
{
  fanotify_handle owner(context, {.flags = any_user});
  fanotify_handle other(context);
  error_code ec;
  other.assign(owner.native_handle(), ec);
#if defined(BOOST_ASIO_HAS_EPOLL)
  BOOST_TEST(ec == errc::descriptor_in_use);
#else
  BOOST_TEST(!ec); // io_uring does not notice
  static_cast<void>(other.release());
#endif
}

BOOST_AUTO_TEST_CASE(closing_makes_it_possible_to_open_again)
{
  fanotify_handle group(context, {.flags = any_user});
  group.close();
  BOOST_TEST(!group.is_open());
  group.open({.flags = any_user});
  BOOST_TEST(group.is_open());
}

BOOST_AUTO_TEST_CASE(a_permission_group_has_an_unlimited_queue_unless_told_otherwise,
                     *utf::precondition(test::is_privileged))
{
  fanotify_handle group(context, {.flags = init_flags::class_content});
  BOOST_TEST(has_all(group.flags(), init_flags::unlimited_queue));
  fanotify_handle limited(context, {.flags = init_flags::class_content, .limited_queue = true});
  BOOST_TEST(!has_any(limited.flags(), init_flags::unlimited_queue));
}

BOOST_AUTO_TEST_CASE(a_group_of_descriptors_reports_lost_events_where_it_can,
                     *utf::precondition(test::has<init_flags::report_fd_error>))
{
  fanotify_handle group(context, {}); // default options, and not descriptor 0
  BOOST_TEST(has_all(group.flags(), init_flags::report_fd_error));
  fanotify_handle without(context, {.report_lost_events = false});
  BOOST_TEST(!has_any(without.flags(), init_flags::report_fd_error));
}

BOOST_AUTO_TEST_CASE(an_adopted_group_tells_what_it_is)
{
  const int fd = ::fanotify_init(FAN_REPORT_FID | FAN_REPORT_DFID_NAME, O_RDWR);
  BOOST_REQUIRE(fd >= 0);
  fanotify_handle group(context, fd);
  BOOST_TEST(group.native_handle() == fd);
  BOOST_TEST(has_all(group.flags(), init_flags::report_fid | init_flags::report_dfid_name));
}

BOOST_AUTO_TEST_CASE(an_adopted_group_is_made_non_blocking_and_close_on_exec)
{
  const int fd = ::fanotify_init(FAN_REPORT_FID, O_RDONLY);
  BOOST_REQUIRE(fd >= 0);
  fanotify_handle group(context, fd);
  BOOST_TEST((::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
  BOOST_TEST((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_AUTO_TEST_CASE(what_is_no_group_is_not_adopted_and_stays_the_callers)
{
  const fanio::unique_fd event(::eventfd(0, EFD_CLOEXEC));
  fanotify_handle group(context);
  error_code ec;
  group.assign(event.get(), ec);
  BOOST_TEST(ec == errc::not_a_fanotify_group);
  BOOST_TEST(!group.is_open());
  BOOST_TEST(::fcntl(event.get(), F_GETFD) >= 0);
  BOOST_CHECK_THROW(fanotify_handle(context, event.get()), boost::system::system_error);
}

BOOST_AUTO_TEST_CASE(a_closed_descriptor_is_not_adopted)
{
  fanotify_handle group(context);
  error_code ec;
  group.assign(-1, ec);
  BOOST_TEST(ec == asio::error::bad_descriptor);
}

BOOST_AUTO_TEST_CASE(releasing_gives_the_descriptor_and_its_marks_to_the_caller)
{
  auto group = watch_directory();
  const fanio::unique_fd fd(group.release());
  BOOST_TEST(!group.is_open());
  error_code ec;
  BOOST_TEST(fanio::read_group_info(fd.get(), ec).marks.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_released_group_can_be_adopted_again)
{
  auto group = watch_directory();
  fanotify_handle again(context, group.release());
  directory.write("a");
  fanio::event_buffer buffer;
  BOOST_TEST(again.read_events(buffer).size() == 1);
}

BOOST_AUTO_TEST_CASE(a_moved_from_handle_is_closed_and_the_other_goes_on)
{
  auto first = watch_directory();
  const int fd = first.native_handle();
  fanotify_handle second(std::move(first));
  BOOST_TEST(!first.is_open()); // NOLINT(bugprone-use-after-move): what it promises
  BOOST_TEST(second.native_handle() == fd);
}

BOOST_AUTO_TEST_CASE(move_assignment_closes_the_group_that_was_there)
{
  auto first = watch_directory();
  auto second = watch_directory();
  const int old = second.native_handle();
  second = std::move(first);
  BOOST_TEST(::fcntl(old, F_GETFD) == -1);
  BOOST_TEST(second.is_open());
}

BOOST_AUTO_TEST_CASE(a_handle_of_a_concrete_executor_converts_to_one_of_any)
{
  using concrete = fanio::basic_fanotify_handle<asio::io_context::executor_type>;
  static_assert(
      std::same_as<fanotify_handle::rebind_executor<asio::io_context::executor_type>::other,
                   concrete>);

  concrete group(context, {.flags = any_user});
  group.add_mark(directory.path(), event_mask::create);
  fanotify_handle any(std::move(group));
  BOOST_TEST(any.is_open());
  directory.write("a");
  fanio::event_buffer buffer;
  BOOST_TEST(any.read_events(buffer).size() == 1);

  concrete another(context, {.flags = any_user});
  const int fd = another.native_handle();
  any = std::move(another);
  BOOST_TEST(any.native_handle() == fd);
}

BOOST_AUTO_TEST_CASE(a_handle_can_be_made_on_strands_and_pools)
{
  asio::thread_pool pool(1);
  fanotify_handle on_pool(pool, {.flags = any_user});
  fanio::basic_fanotify_handle<asio::strand<asio::io_context::executor_type>> on_strand(
      asio::make_strand(context), {.flags = any_user});
  BOOST_TEST(on_pool.is_open());
  BOOST_TEST(on_strand.is_open());
}

BOOST_AUTO_TEST_SUITE_END()

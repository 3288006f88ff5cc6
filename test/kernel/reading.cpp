// What reading delivers, synchronously, from the running kernel.

#include "support/context_fixture.hpp"
#include "support/full_descriptor_table.hpp"
#include "support/requires.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include <sys/resource.h>

namespace asio = boost::asio;
namespace utf = boost::unit_test;
using fanio::errc;
using fanio::error_code;
using fanio::event_buffer;
using fanio::event_mask;
using fanio::event_view;
using fanio::fanotify_handle;
using fanio::init_flags;

namespace {

/// The handle that name_to_handle_at(2) gives, with an fsid as in the events.
fanio::file_handle handle_of(const std::filesystem::path& path, const fanio::fsid& fs)
{
  alignas(::file_handle) std::array<std::byte, sizeof(::file_handle) + MAX_HANDLE_SZ> storage{};
  auto* handle = new (storage.data())::file_handle;
  handle->handle_bytes = MAX_HANDLE_SZ;
  int mount = 0;
  BOOST_REQUIRE(::name_to_handle_at(AT_FDCWD, path.c_str(), handle, &mount, 0) == 0);
  return fanio::file_handle(fanio::file_handle_view(
      fs, handle->handle_type,
      std::span(storage).subspan(sizeof(::file_handle), handle->handle_bytes)));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(reading, test::context_fixture)

BOOST_AUTO_TEST_CASE(names_and_directories_are_told_to_any_user)
{
  auto group = watch_directory();
  directory.write("made");
  event_buffer buffer;
  const auto events = group.read_events(buffer);
  BOOST_REQUIRE(events.size() == 1);
  const event_view e = events.front();
  BOOST_TEST(e.mask() == event_mask::create);
  BOOST_TEST(e.name().value() == "made");
  BOOST_TEST(e.pid() == ::getpid());
  BOOST_TEST(e.fd() == -1);
  BOOST_TEST(!e.lost());
  const auto dfid = e.dfid().value();
  BOOST_TEST((dfid == handle_of(directory.path(), dfid.fsid())));
}

BOOST_AUTO_TEST_CASE(the_parent_in_a_group_of_dir_fid_alone_is_the_directory_and_not_the_object)
{
  fanotify_handle group(context, {.flags = init_flags::report_dir_fid});
  const auto file = directory.write("file");
  group.add_mark(directory.path(), event_mask::open | event_mask::event_on_child);
  test::try_open(file);
  event_buffer buffer;
  const event_view e = group.read_events(buffer).front();
  BOOST_TEST(!e.fid().has_value());
  const auto dfid = e.dfid().value();
  BOOST_TEST((dfid == handle_of(directory.path(), dfid.fsid())));
}

BOOST_AUTO_TEST_CASE(both_sides_of_a_rename)
{
  fanotify_handle group(context, {.flags = init_flags::report_dfid_name_target});
  directory.write("old");
  group.add_mark(directory.path(), event_mask::rename);
  std::filesystem::rename(directory / "old", directory / "new");
  event_buffer buffer;
  const event_view e = group.read_events(buffer).front();
  BOOST_TEST(e.mask() == event_mask::rename);
  BOOST_TEST(e.old_name().value() == "old");
  BOOST_TEST(e.new_name().value() == "new");
  BOOST_TEST((e.old_dfid().value() == e.new_dfid().value()));
  BOOST_TEST((e.fid().value() == handle_of(directory / "new", e.fid()->fsid())));
}

BOOST_AUTO_TEST_CASE(the_descriptor_of_an_event_has_the_object_open,
                     *utf::precondition(test::is_privileged))
{
  fanotify_handle group(context, fanio::group_options{});
  const auto file = directory.write("file", "content");
  group.add_mark(file, event_mask::open);
  test::try_open(file);
  event_buffer buffer;
  const event_view e = group.read_events(buffer).front();
  std::array<char, 16> text{};
  BOOST_TEST(::read(e.fd(), text.data(), text.size()) == 7);
  BOOST_TEST(std::string_view(text.data()) == "content");
  BOOST_TEST((::fcntl(e.fd(), F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_AUTO_TEST_CASE(the_pidfd_of_an_event_is_its_process,
                     *utf::precondition(test::has<init_flags::report_pidfd>))
{
  fanotify_handle group(context, {.flags = init_flags::report_pidfd});
  const auto file = directory.write("file");
  group.add_mark(file, event_mask::open);
  test::try_open(file);
  event_buffer buffer;
  const event_view e = group.read_events(buffer).front();
  BOOST_TEST(e.pidfd() >= 0);
  BOOST_TEST(!e.pidfd_error());
  BOOST_TEST(::syscall(SYS_pidfd_send_signal, e.pidfd(), 0, nullptr, 0) == 0);
}

BOOST_AUTO_TEST_CASE(the_pidfd_of_a_process_that_is_gone_is_an_error_and_not_a_number,
                     *utf::precondition(test::has<init_flags::report_pidfd>))
{
  fanotify_handle group(context, {.flags = init_flags::report_pidfd});
  const auto file = directory.write("file");
  group.add_mark(file, event_mask::open);
  test::opener child(file);
  BOOST_TEST(child.result() == 0);
  event_buffer buffer;
  const event_view e = group.read_events(buffer).front();
  // From 7.2 on the kernel keeps pidfds of processes that were waited for.
  if (e.pidfd() < 0)
  {
    BOOST_TEST((e.pidfd_error() ==
                boost::system::error_condition(ESRCH, boost::system::generic_category())));
  }
}

BOOST_AUTO_TEST_CASE(an_empty_queue_is_would_block_in_non_blocking_mode)
{
  auto group = watch_directory();
  group.non_blocking(true);
  event_buffer buffer;
  error_code ec;
  BOOST_TEST(group.read_events(buffer, ec).empty());
  BOOST_TEST(ec == asio::error::would_block);
}

BOOST_AUTO_TEST_CASE(a_blocking_read_waits_for_an_event)
{
  auto group = watch_directory();
  test::forked writer(
      [&]
      {
        directory.write("late");
        return 0;
      });
  event_buffer buffer;
  BOOST_TEST(group.read_events(buffer).front().name().value() == "late");
}

BOOST_AUTO_TEST_CASE(a_buffer_too_small_for_the_event_is_refused_and_the_event_stays)
{
  auto group = watch_directory();
  directory.write("a");
  for (const std::size_t size : {0U, 1U, 23U, 24U, 40U})
  {
    event_buffer tiny(size);
    error_code ec;
    BOOST_TEST(group.read_events(tiny, ec).empty());
    BOOST_TEST(ec == errc::buffer_too_small);
    BOOST_TEST(group.queued() == 1);
  }
  event_buffer buffer(event_buffer::max_event_bytes);
  BOOST_TEST(group.read_events(buffer).size() == 1);
}

BOOST_AUTO_TEST_CASE(a_buffer_that_was_moved_from_is_refused)
{
  auto group = watch_directory();
  directory.write("a");
  event_buffer buffer;
  const event_buffer other(std::move(buffer));
  error_code ec;
  group.read_events(buffer, ec); // NOLINT(bugprone-use-after-move)
  BOOST_TEST(ec == errc::buffer_too_small);
  BOOST_TEST(group.queued() == 1);
}

BOOST_AUTO_TEST_CASE(a_buffer_for_one_event_and_a_half_brings_one_at_a_time_and_loses_none)
{
  auto group = watch_directory();
  std::set<std::string> made;
  for (int i = 0; i < 10; ++i)
  {
    made.insert(directory.write("file" + std::to_string(i)).filename());
  }
  BOOST_TEST(group.queued() == 10);
  event_buffer buffer(100); // an event is 64 to 72 bytes long
  std::set<std::string> told;
  while (group.queued() > 0)
  {
    const auto events = group.read_events(buffer);
    BOOST_TEST(events.size() == 1);
    told.emplace(events.front().name().value());
  }
  BOOST_TEST(made == told);
}

BOOST_AUTO_TEST_CASE(views_of_a_buffer_survive_its_move)
{
  auto group = watch_directory();
  directory.write("a");
  event_buffer buffer;
  const auto events = group.read_events(buffer);
  const event_buffer moved(std::move(buffer));
  BOOST_TEST(events.front().name().value() == "a");
  BOOST_TEST(moved.events().size() == 1);
}

BOOST_AUTO_TEST_CASE(a_merged_event_says_that_the_order_is_unknown)
{
  auto group = watch_directory();
  std::filesystem::remove(directory.write("a"));
  directory.write("b");
  event_buffer buffer;
  const auto events = group.read_events(buffer);
  BOOST_REQUIRE(events.size() == 2);
  BOOST_TEST(events.front().mask() == (event_mask::create | event_mask::delete_));
  BOOST_TEST(events.front().order_unknown());
  BOOST_TEST(!(*std::next(events.begin())).order_unknown());
}

BOOST_AUTO_TEST_CASE(an_overflow_is_an_event)
{
  const auto limit = fanio::probe().limits.max_queued_events;
  BOOST_REQUIRE(limit.has_value());
  auto group = watch_directory();
  for (std::uint64_t i = 0; i < *limit + 10; ++i)
  {
    directory.write(std::to_string(i), "");
  }
  event_buffer buffer(65536);
  std::size_t overflows = 0;
  std::size_t creates = 0;
  while (group.queued() > 0)
  {
    for (const event_view e : group.read_events(buffer))
    {
      overflows += e.is_overflow() ? 1U : 0U;
      creates += e.is_overflow() ? 0U : 1U;
      BOOST_TEST((e.is_overflow() || e.name().has_value()));
      BOOST_TEST(!e.lost());
    }
  }
  BOOST_TEST(overflows == 1);
  BOOST_TEST(creates == *limit);
}

BOOST_AUTO_TEST_CASE(without_a_free_descriptor_the_event_tells_that_it_was_lost,
                     *utf::precondition(test::has<init_flags::report_fd_error>))
{
  const auto file = directory.write("file");
  fanotify_handle group(context, fanio::group_options{});
  group.add_mark(file, event_mask::open);
  test::try_open(file);
  event_buffer buffer;
  const test::full_descriptor_table full;
  const event_view e = group.read_events(buffer).front();
  BOOST_TEST(e.fd() == -1);
  BOOST_TEST((e.lost() == error_code(EMFILE, fanio::lost_event_category())));
  BOOST_TEST(e.mask() == event_mask::open);
}

BOOST_AUTO_TEST_CASE(without_a_free_descriptor_and_without_fd_error_the_read_tells_it,
                     *utf::precondition(test::is_privileged))
{
  const auto first = directory.write("first");
  const auto second = directory.write("second");
  fanotify_handle group(context, {.report_lost_events = false});
  group.add_mark(first, event_mask::open);
  group.add_mark(second, event_mask::open);
  test::try_open(first);
  test::try_open(second);
  event_buffer buffer(24); // one event
  error_code ec;
  {
    const test::full_descriptor_table full;
    BOOST_TEST(group.read_events(buffer, ec).empty());
  }
  BOOST_TEST((ec == error_code(EMFILE, fanio::lost_event_category())));
  // The group goes on.
  BOOST_TEST(group.read_events(buffer).size() == 1);
}

BOOST_AUTO_TEST_CASE(queued_counts_events)
{
  auto group = watch_directory();
  BOOST_TEST(group.queued() == 0);
  directory.write("a");
  directory.write("b");
  BOOST_TEST(group.queued() == 2);
}

BOOST_AUTO_TEST_CASE(reading_again_ends_the_life_of_what_was_in_the_buffer)
{
  auto group = watch_directory();
  group.non_blocking(true);
  directory.write("a");
  event_buffer buffer;
  BOOST_TEST(group.read_events(buffer).size() == 1);
  error_code ec;
  group.read_events(buffer, ec);
  BOOST_TEST(buffer.events().empty());
}

BOOST_AUTO_TEST_SUITE_END()

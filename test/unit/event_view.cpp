// What an event tells, by what is in its bytes.

#include "support/parsed_events.hpp"
#include "support/printing.hpp"
#include <fanio/event.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdint>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using fanio::error_code;
using fanio::event_mask;
using fanio::event_view;
using fanio::info_type;
using fanio::init_flags;
using test::event_bytes;
using test::make_handle;
using test::parsed_events;

namespace {

using mask_table = std::vector<std::pair<event_mask, bool>>;

/// Checks what a member says of events of each mask.
void check(bool (event_view::*member)() const noexcept, const mask_table& expected)
{
  for (const auto& [mask, result] : expected)
  {
    const parsed_events parsed(event_bytes(mask).fd(3).bytes());
    BOOST_TEST((parsed.only().*member)() == result, to_string(mask));
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_views)

BOOST_AUTO_TEST_CASE(an_event_has_a_mask_a_process_and_a_descriptor)
{
  const parsed_events parsed(event_bytes(event_mask::close_write).fd(17).pid(4711).bytes());
  BOOST_TEST(parsed.only().mask() == event_mask::close_write);
  BOOST_TEST(parsed.only().pid() == 4711);
  BOOST_TEST(parsed.only().fd() == 17);
}

BOOST_AUTO_TEST_CASE(descriptor_zero_is_a_descriptor)
{
  const parsed_events parsed(event_bytes(event_mask::open_perm).fd(0).pidfd(0).bytes());
  BOOST_TEST(parsed.only().fd() == 0);
  BOOST_TEST(parsed.only().pidfd() == 0);
  BOOST_TEST(parsed.only().needs_response());
}

BOOST_AUTO_TEST_CASE(what_an_event_does_not_carry_is_absent)
{
  const parsed_events parsed(event_bytes(event_mask::open).bytes());
  const auto e = parsed.only();
  BOOST_TEST(e.fd() == -1);
  BOOST_TEST(e.pidfd() == -1);
  BOOST_TEST(!e.lost());
  BOOST_TEST(!e.pidfd_error());
  BOOST_TEST(!e.fid().has_value());
  BOOST_TEST(!e.dfid().has_value());
  BOOST_TEST(!e.name().has_value());
  BOOST_TEST(!e.old_dfid().has_value());
  BOOST_TEST(!e.old_name().has_value());
  BOOST_TEST(!e.new_dfid().has_value());
  BOOST_TEST(!e.new_name().has_value());
  BOOST_TEST(!e.error().has_value());
  BOOST_TEST(!e.range().has_value());
  BOOST_TEST(!e.mount_id().has_value());
  BOOST_TEST(e.records().empty());
}

BOOST_AUTO_TEST_CASE(the_bytes_are_the_whole_event)
{
  const auto bytes = event_bytes(event_mask::open).fid(make_handle(1)).pidfd(3).bytes();
  const parsed_events parsed(test::join({bytes, bytes}));
  BOOST_REQUIRE(parsed.size() == 2U);
  BOOST_TEST(std::ranges::equal(parsed[0].bytes(), bytes));
  BOOST_TEST(std::ranges::equal(parsed[1].bytes(), bytes));
}

BOOST_AUTO_TEST_CASE(each_record_is_told_by_its_own_accessor)
{
  const parsed_events parsed(event_bytes(event_mask::create)
                                 .mount(4)
                                 .range(5, 6)
                                 .error(7, 8)
                                 .pidfd(9)
                                 .new_dfid_name(make_handle(10), "new")
                                 .old_dfid_name(make_handle(11), "old")
                                 .dfid_name(make_handle(12), "name")
                                 .fid(make_handle(13))
                                 .bytes());
  const auto e = parsed.only();
  BOOST_TEST(e.mount_id().value() == 4U);
  BOOST_TEST((e.range() == fanio::access_range{.offset = 5, .count = 6}));
  BOOST_TEST((e.error() == fanio::filesystem_error{.error = 7, .count = 8}));
  BOOST_TEST(e.pidfd() == 9);
  BOOST_TEST((e.new_dfid() == make_handle(10)));
  BOOST_TEST(e.new_name().value() == "new");
  BOOST_TEST((e.old_dfid() == make_handle(11)));
  BOOST_TEST(e.old_name().value() == "old");
  BOOST_TEST((e.dfid() == make_handle(12)));
  BOOST_TEST(e.name().value() == "name");
  BOOST_TEST((e.fid() == make_handle(13)));
}

BOOST_AUTO_TEST_CASE(numbers_come_through_in_full_width)
{
  const parsed_events parsed(event_bytes(event_mask::pre_access)
                                 .range(0x8000'0000'0000'1000, 0xffff'ffff'ffff'f000)
                                 .mount(0xffff'ffff'8000'0000)
                                 .error(117, 0xffff'ffff)
                                 .bytes());
  BOOST_TEST(parsed.only().range().value().offset == 0x8000'0000'0000'1000);
  BOOST_TEST(parsed.only().range().value().count == 0xffff'ffff'ffff'f000);
  BOOST_TEST(parsed.only().mount_id().value() == 0xffff'ffff'8000'0000);
  BOOST_TEST(parsed.only().error().value().count == 0xffff'ffff);
}

BOOST_AUTO_TEST_CASE(a_directory_without_a_name_has_none)
{
  const parsed_events parsed(event_bytes(event_mask::create).dfid(make_handle(2)).bytes());
  BOOST_TEST((parsed.only().dfid() == make_handle(2)));
  BOOST_TEST(!parsed.only().name().has_value());
  BOOST_TEST(!parsed.only().fid().has_value());
}

BOOST_AUTO_TEST_CASE(records_come_in_the_kernels_order)
{
  const parsed_events parsed(
      event_bytes(event_mask::create).dfid_name(make_handle(2), "a").fid(make_handle(3)).bytes());
  const auto records = parsed.only().records();
  BOOST_REQUIRE(std::ranges::distance(records) == 2);
  BOOST_TEST(((*records.begin()).type() == info_type::dfid_name));
  BOOST_TEST(((*++records.begin()).type() == info_type::fid));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(parent_handles)

// There the kernel labels the handle of the parent as that of the object.
BOOST_AUTO_TEST_CASE(in_a_group_of_directory_handles_alone_the_object_is_the_parent)
{
  const auto bytes = event_bytes(event_mask::open).fid(make_handle(2)).bytes();
  const parsed_events parsed(bytes, init_flags::report_dir_fid | init_flags::cloexec);
  BOOST_TEST((parsed.only().dfid() == make_handle(2)));
  BOOST_TEST(!parsed.only().fid().has_value());
  BOOST_TEST(!parsed.only().name().has_value());
}

BOOST_AUTO_TEST_CASE(a_real_directory_record_comes_before_a_mislabelled_one)
{
  const auto bytes =
      event_bytes(event_mask::create).fid(make_handle(3)).dfid(make_handle(2)).bytes();
  const parsed_events parsed(bytes, init_flags::report_dir_fid);
  BOOST_TEST((parsed.only().dfid() == make_handle(2)));
  BOOST_TEST(!parsed.only().fid().has_value());
}

BOOST_AUTO_TEST_CASE(in_every_other_group_the_object_is_the_object)
{
  const auto bytes = event_bytes(event_mask::open).fid(make_handle(3)).bytes();
  for (const auto group :
       {init_flags{}, init_flags::report_fid, init_flags::report_dfid_name,
        init_flags::report_fid | init_flags::report_dir_fid, init_flags::report_dfid_name_target})
  {
    const parsed_events parsed(bytes, group);
    BOOST_TEST((parsed.only().fid() == make_handle(3)), to_string(group));
    BOOST_TEST(!parsed.only().dfid().has_value(), to_string(group));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(failed_descriptors)

BOOST_AUTO_TEST_CASE(an_fd_that_is_an_error_is_a_lost_event)
{
  for (const int error : {EMFILE, ETXTBSY, EROFS, ENXIO, EACCES})
  {
    const parsed_events parsed(event_bytes(event_mask::open).fd(-error).bytes());
    BOOST_TEST(parsed.only().fd() == -1);
    BOOST_TEST((parsed.only().lost() == error_code(error, fanio::lost_event_category())));
  }
}

// FAN_NOFD, and -EBADF, which stands for it in groups of report_fd_error: see fd_error.cpp.
BOOST_AUTO_TEST_CASE(an_fd_that_never_was_is_no_lost_event)
{
  for (const int fd : {0, 3, -1, -EBADF})
  {
    const parsed_events parsed(event_bytes(event_mask::open).fd(fd).bytes());
    BOOST_TEST(!parsed.only().lost(), fd);
  }
}

BOOST_AUTO_TEST_CASE(a_pidfd_that_is_an_error_says_why)
{
  const std::vector<std::pair<std::int32_t, int>> expected = {
      {0, 0},      {5, 0},        {-1, ESRCH}, // FAN_NOPIDFD
      {-2, EIO},                               // FAN_EPIDFD
      {-3, ESRCH}, {-24, EMFILE},
  };
  for (const auto& [pidfd, error] : expected)
  {
    const parsed_events parsed(event_bytes(event_mask::open).pidfd(pidfd).bytes());
    const auto ec = parsed.only().pidfd_error();
    BOOST_TEST(ec.value() == error, pidfd);
    BOOST_TEST((ec.category() == boost::system::system_category()));
    BOOST_TEST(parsed.only().pidfd() == (pidfd < 0 ? -1 : pidfd));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(kinds_of_events)

BOOST_AUTO_TEST_CASE(an_overflow_is_told_by_its_bit)
{
  check(&event_view::is_overflow,
        {{event_mask::q_overflow, true}, {event_mask::open, false}, {event_mask::none, false}});
}

BOOST_AUTO_TEST_CASE(a_directory_is_told_by_its_bit)
{
  check(&event_view::is_directory, {{event_mask::open | event_mask::ondir, true},
                                    {event_mask::open, false},
                                    {event_mask::create | event_mask::event_on_child, false}});
}

BOOST_AUTO_TEST_CASE(permission_events_are_those_that_wait_for_a_response)
{
  const mask_table expected = {
      {event_mask::open_perm, true},      {event_mask::access_perm, true},
      {event_mask::open_exec_perm, true}, {event_mask::pre_access, true},
      {event_mask::open, false},          {event_mask::access, false},
      {event_mask::open_exec, false},     {event_mask::q_overflow, false},
      {event_mask{0x80000}, false},
  };
  check(&event_view::is_permission, expected);
  // Of a view without owner the bytes alone say it: they may be a recording.
  check(&event_view::needs_response, expected);
}

// The kernel has denied it itself.
BOOST_AUTO_TEST_CASE(a_lost_permission_event_needs_no_response)
{
  const parsed_events parsed(event_bytes(event_mask::open_perm).fd(-EMFILE).bytes());
  BOOST_TEST(parsed.only().is_permission());
  BOOST_TEST(!parsed.only().needs_response());
}

BOOST_AUTO_TEST_CASE(the_order_is_unknown_where_several_events_merged)
{
  using enum event_mask;
  check(&event_view::order_unknown, {
                                        {none, false},
                                        {open, false},
                                        {open | ondir, false},
                                        {create | ondir | event_on_child, false},
                                        {ondir | event_on_child, false},
                                        {rename | ondir, false},
                                        {q_overflow, false},
                                        {event_mask{std::uint64_t{1} << 63}, false},
                                        {open | event_mask{std::uint64_t{1} << 63}, true},
                                        {open | close_write, true},
                                        {close_write | close_nowrite, true},
                                        {create | delete_, true},
                                        {create | delete_ | ondir, true},
                                        {moved_from | moved_to, true},
                                        {attrib | delete_self, true},
                                        {open | open_exec, false},
                                        {open | open_exec | ondir, false},
                                        {open | open_exec | close_nowrite, true},
                                        {open_exec | close_nowrite, true},
                                        {mnt_attach | mnt_detach, false},
                                        {mnt_attach, false},
                                    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(views_without_owner)

BOOST_AUTO_TEST_CASE(the_descriptor_can_not_be_taken)
{
  const parsed_events parsed(event_bytes(event_mask::open).fd(STDIN_FILENO).bytes());
  error_code ec;
  BOOST_TEST(!parsed.only().take_fd(ec));
  BOOST_TEST(ec == boost::asio::error::bad_descriptor);
  BOOST_TEST(parsed.only().fd() == STDIN_FILENO);
}

BOOST_AUTO_TEST_CASE(taking_the_descriptor_throws_in_the_other_form)
{
  const parsed_events parsed(event_bytes(event_mask::open).fd(STDIN_FILENO).bytes());
  BOOST_CHECK_EXCEPTION(static_cast<void>(parsed.only().take_fd()), boost::system::system_error,
                        [](const boost::system::system_error& e)
                        { return e.code() == boost::asio::error::bad_descriptor; });
}

BOOST_AUTO_TEST_CASE(a_missing_descriptor_can_not_be_taken)
{
  const parsed_events parsed(event_bytes(event_mask::open).bytes());
  error_code ec;
  BOOST_TEST(!parsed.only().take_fd(ec));
  BOOST_TEST(ec == boost::asio::error::bad_descriptor);
}

BOOST_AUTO_TEST_CASE(the_pidfd_can_not_be_taken)
{
  const parsed_events parsed(event_bytes(event_mask::open).pidfd(STDIN_FILENO).bytes());
  BOOST_TEST(!parsed.only().take_pidfd());
  BOOST_TEST(parsed.only().pidfd() == STDIN_FILENO);
}

BOOST_AUTO_TEST_SUITE_END()

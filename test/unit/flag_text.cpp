// Flag sets: their operators, and their text in both directions.

#include "support/printing.hpp"
#include <fanio/error.hpp>
#include <fanio/event_mask.hpp>
#include <fanio/file_flags.hpp>
#include <fanio/init_flags.hpp>
#include <fanio/mark_flags.hpp>
#include <fanio/response.hpp>

#include <boost/mp11/list.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>

using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::file_flags;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;
using fanio::parse_flags;
using fanio::response_flags;

namespace {

using all_sets =
    boost::mp11::mp_list<event_mask, init_flags, mark_flags, file_flags, response_flags>;

/// What a text is read as; fails the test if it is refused.
template <typename Flags>
Flags parsed(std::string_view text)
{
  error_code ec = errc::malformed_event; // which success must clear
  const auto flags = parse_flags<Flags>(text, ec);
  BOOST_TEST(!ec, "\"" << text << "\": " << ec.message());
  return flags;
}

/// Whether a text is refused, with nothing as the result.
template <typename Flags>
bool is_refused(std::string_view text)
{
  error_code ec;
  const auto flags = parse_flags<Flags>(text, ec);
  return ec == errc::unknown_flag_name && is_empty(flags);
}

} // namespace

BOOST_AUTO_TEST_SUITE(flag_operators)

BOOST_AUTO_TEST_CASE(bit_operators_act_on_the_bits)
{
  constexpr auto a = event_mask::open | event_mask::access;
  static_assert(to_underlying(a) == 0x21);
  static_assert((a | event_mask::open) == a);
  static_assert((a & event_mask::open) == event_mask::open);
  static_assert((a & event_mask::modify) == event_mask::none);
  static_assert((a ^ event_mask::open) == event_mask::access);
  static_assert((a ^ event_mask::modify) == (a | event_mask::modify));
  static_assert(to_underlying(~event_mask::none) == ~std::uint64_t{0});
  BOOST_TEST((a & ~event_mask::open) == event_mask::access);
}

BOOST_AUTO_TEST_CASE(compound_assignment_changes_its_left_side_and_returns_it)
{
  auto mask = event_mask::open;
  BOOST_TEST(&(mask |= event_mask::modify) == &mask);
  BOOST_TEST(mask == (event_mask::open | event_mask::modify));
  BOOST_TEST(&(mask &= event_mask::modify) == &mask);
  BOOST_TEST(mask == event_mask::modify);
  BOOST_TEST(&(mask ^= event_mask::move) == &mask);
  BOOST_TEST(mask == (event_mask::modify | event_mask::move));
}

BOOST_AUTO_TEST_CASE(has_any_needs_one_bit_and_has_all_needs_every_bit)
{
  BOOST_TEST(has_any(event_mask::close_write, event_mask::close));
  BOOST_TEST(!has_all(event_mask::close_write, event_mask::close));
  BOOST_TEST(has_all(event_mask::close | event_mask::open, event_mask::close));
  BOOST_TEST(!has_any(event_mask::open, event_mask::close));
  BOOST_TEST(!has_any(event_mask::open, event_mask::none));
  BOOST_TEST(has_all(event_mask::open, event_mask::none));
}

BOOST_AUTO_TEST_CASE(only_a_set_without_bits_is_empty)
{
  BOOST_TEST(is_empty(event_mask::none));
  BOOST_TEST(is_empty(init_flags{}));
  BOOST_TEST(!is_empty(static_cast<event_mask>(std::uint64_t{1} << 63)));
}

BOOST_AUTO_TEST_CASE(the_event_mask_is_as_wide_as_the_kernels)
{
  static_assert(std::is_same_v<std::underlying_type_t<event_mask>, std::uint64_t>);
  BOOST_TEST(to_underlying(event_mask::open | event_mask{std::uint64_t{1} << 63}) ==
             0x8000'0000'0000'0020);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(flags_to_text)

BOOST_AUTO_TEST_CASE_TEMPLATE(no_bit_is_none, Flags, all_sets)
{
  BOOST_TEST(to_string(Flags{}) == "none");
}

BOOST_AUTO_TEST_CASE(one_bit_is_the_kernels_name_in_lower_case_without_its_prefix)
{
  BOOST_TEST(to_string(event_mask::open) == "open");
  BOOST_TEST(to_string(event_mask::delete_) == "delete");
  BOOST_TEST(to_string(event_mask::q_overflow) == "q_overflow");
  BOOST_TEST(to_string(event_mask::event_on_child) == "event_on_child");
  BOOST_TEST(to_string(init_flags::report_target_fid) == "report_target_fid");
  BOOST_TEST(to_string(mark_flags::evictable) == "evictable");
  BOOST_TEST(to_string(file_flags::noatime) == "noatime");
  BOOST_TEST(to_string(response_flags::audit) == "audit");
}

BOOST_AUTO_TEST_CASE(several_bits_are_joined_in_the_order_of_the_bits)
{
  BOOST_TEST(to_string(event_mask::ondir | event_mask::create | event_mask::access) ==
             "access|create|ondir");
  BOOST_TEST(to_string(event_mask::close) == "close_write|close_nowrite");
  BOOST_TEST(to_string(init_flags::report_dfid_name) == "report_dir_fid|report_name");
  BOOST_TEST(to_string(mark_flags::ignore_surv) == "ignored_surv_modify|ignore");
  BOOST_TEST(to_string(file_flags::rdwr | file_flags::cloexec) == "rdwr|cloexec");
}

BOOST_AUTO_TEST_CASE(unknown_bits_follow_in_hexadecimal)
{
  BOOST_TEST(to_string(event_mask{0x2000}) == "0x2000");
  BOOST_TEST(to_string(event_mask::open | event_mask{0x8000'0000'0008'0000}) ==
             "open|0x8000000000080000");
  BOOST_TEST(to_string(init_flags{0x8000'0000}) == "0x80000000");
}

// O_SYNC has the bit of O_DSYNC, but the other way round.
BOOST_AUTO_TEST_CASE(sync_and_dsync_are_told_apart)
{
  BOOST_TEST(to_string(file_flags::sync) == "sync");
  BOOST_TEST(to_string(file_flags::dsync) == "dsync");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(flags_from_text)

BOOST_AUTO_TEST_CASE_TEMPLATE(an_empty_text_is_an_empty_set, Flags, all_sets)
{
  BOOST_TEST(is_empty(parsed<Flags>("")));
  BOOST_TEST(is_empty(parsed<Flags>(" |, \t\n")));
  BOOST_TEST(is_empty(parsed<Flags>("none")));
}

BOOST_AUTO_TEST_CASE(the_kernels_prefix_may_be_there)
{
  BOOST_TEST(parsed<event_mask>("FAN_OPEN") == event_mask::open);
  BOOST_TEST(parsed<init_flags>("FAN_REPORT_FID") == init_flags::report_fid);
  BOOST_TEST(parsed<mark_flags>("FAN_MARK_EVICTABLE") == mark_flags::evictable);
  BOOST_TEST(parsed<file_flags>("O_RDWR") == file_flags::rdwr);
  BOOST_TEST(parsed<response_flags>("FAN_DENY") == response_flags::deny);
}

BOOST_AUTO_TEST_CASE(the_prefix_of_another_set_is_unknown)
{
  BOOST_TEST(is_refused<event_mask>("O_OPEN"));
  BOOST_TEST(is_refused<event_mask>("FAN_MARK_OPEN"));
  BOOST_TEST(is_refused<mark_flags>("FAN_EVICTABLE"));
  BOOST_TEST(is_refused<file_flags>("FAN_RDWR"));
  BOOST_TEST(is_refused<event_mask>("FAN_FAN_OPEN"));
  BOOST_TEST(is_refused<event_mask>("FAN_"));
}

BOOST_AUTO_TEST_CASE(any_case_is_read)
{
  BOOST_TEST(parsed<event_mask>("Open") == event_mask::open);
  BOOST_TEST(parsed<event_mask>("fan_CLOSE_Write") == event_mask::close_write);
  BOOST_TEST(parsed<event_mask>("NONE") == event_mask::none);
  BOOST_TEST(parsed<file_flags>("o_CloExec") == file_flags::cloexec);
}

BOOST_AUTO_TEST_CASE(bars_commas_and_white_space_separate)
{
  const auto both = event_mask::open | event_mask::modify;
  for (const std::string_view text : {"open|modify", "open,modify", "open modify", "open\tmodify",
                                      "open\nmodify", " open , | modify|", "modify||open"})
  {
    BOOST_TEST(parsed<event_mask>(text) == both, text);
  }
}

BOOST_AUTO_TEST_CASE(other_characters_do_not_separate)
{
  BOOST_TEST(is_refused<event_mask>("open;modify"));
  BOOST_TEST(is_refused<event_mask>("open+modify"));
  BOOST_TEST(is_refused<event_mask>(std::string_view("open\0modify", 11)));
}

BOOST_AUTO_TEST_CASE(numbers_are_read_in_decimal_and_hexadecimal)
{
  BOOST_TEST(parsed<event_mask>("0x20") == event_mask::open);
  BOOST_TEST(parsed<event_mask>("0X2A") == event_mask{0x2a});
  BOOST_TEST(parsed<event_mask>("32") == event_mask::open);
  BOOST_TEST(parsed<event_mask>("0") == event_mask::none);
  BOOST_TEST(parsed<event_mask>("open|0x8000000000000000") ==
             (event_mask::open | event_mask{0x8000'0000'0000'0000}));
  BOOST_TEST(parsed<event_mask>("18446744073709551615") == ~event_mask::none);
  BOOST_TEST(parsed<init_flags>("0xffffffff") == ~init_flags{});
}

BOOST_AUTO_TEST_CASE(a_number_that_does_not_fit_is_refused)
{
  BOOST_TEST(is_refused<event_mask>("18446744073709551616"));
  BOOST_TEST(is_refused<event_mask>("0x10000000000000000"));
  BOOST_TEST(is_refused<init_flags>("0x100000000"));
  BOOST_TEST(is_refused<init_flags>("4294967296"));
}

BOOST_AUTO_TEST_CASE(what_only_begins_as_a_number_is_refused)
{
  for (const std::string_view text : {"0x", "0xg", "0x20z", "32open", "-1", "+1", "1.0", "0x-1"})
  {
    BOOST_TEST(is_refused<event_mask>(text), text);
  }
}

BOOST_AUTO_TEST_CASE(synonyms_stand_for_their_bits)
{
  BOOST_TEST(parsed<event_mask>("close") == event_mask::close);
  BOOST_TEST(parsed<event_mask>("FAN_MOVE") == event_mask::move);
  BOOST_TEST(parsed<event_mask>("all_permission") == event_mask::all_permission);
  BOOST_TEST(parsed<event_mask>("all_dirent") == event_mask::all_dirent);
  BOOST_TEST(parsed<init_flags>("class_notif") == init_flags::class_notif);
  BOOST_TEST(parsed<init_flags>("FAN_REPORT_DFID_NAME") == init_flags::report_dfid_name);
  BOOST_TEST(parsed<init_flags>("report_dfid_name_target") == init_flags::report_dfid_name_target);
  BOOST_TEST(parsed<mark_flags>("FAN_MARK_IGNORE_SURV") == mark_flags::ignore_surv);
  BOOST_TEST(parsed<file_flags>("O_RDONLY|O_CLOEXEC") == file_flags::cloexec);
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_refused_and_nothing_is_kept)
{
  for (const std::string_view text : {"opened", "ope", "open|opened", "nonsense|open", "o_pen"})
  {
    BOOST_TEST(is_refused<event_mask>(text), text);
  }
}

BOOST_AUTO_TEST_CASE(the_name_of_another_set_is_unknown)
{
  BOOST_TEST(is_refused<event_mask>("cloexec"));
  BOOST_TEST(is_refused<init_flags>("open"));
  BOOST_TEST(is_refused<mark_flags>("mount")); // a target is no flag
  BOOST_TEST(is_refused<response_flags>("close"));
}

BOOST_AUTO_TEST_CASE(the_throwing_form_throws_the_same_error)
{
  BOOST_TEST(parse_flags<event_mask>("open") == event_mask::open);
  BOOST_CHECK_EXCEPTION(static_cast<void>(parse_flags<event_mask>("opened")),
                        boost::system::system_error, [](const boost::system::system_error& e)
                        { return e.code() == errc::unknown_flag_name; });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_single_bit_survives_a_round_trip, Flags, all_sets)
{
  using number = std::underlying_type_t<Flags>;
  for (number bit = 1; bit != 0; bit <<= 1)
  {
    const auto flag = static_cast<Flags>(bit);
    BOOST_TEST(parsed<Flags>(to_string(flag)) == flag, to_string(flag));
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(random_words_survive_a_round_trip, Flags, all_sets)
{
  std::mt19937_64 random(20260101);
  for (int i = 0; i < 2'000; ++i)
  {
    const auto flags = static_cast<Flags>(random());
    BOOST_TEST(parsed<Flags>(to_string(flags)) == flags, to_string(flags));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(mark_target_text)

BOOST_AUTO_TEST_CASE(targets_have_names)
{
  BOOST_TEST(to_string(mark_target::inode) == "inode");
  BOOST_TEST(to_string(mark_target::mount) == "mount");
  BOOST_TEST(to_string(mark_target::filesystem) == "filesystem");
  BOOST_TEST(to_string(mark_target::mntns) == "mntns");
}

BOOST_AUTO_TEST_CASE(an_unknown_target_is_its_number)
{
  BOOST_TEST(to_string(mark_target{0x1000}) == "0x1000");
}

BOOST_AUTO_TEST_CASE(targets_are_read_in_any_case)
{
  for (const auto target :
       {mark_target::inode, mark_target::mount, mark_target::filesystem, mark_target::mntns})
  {
    error_code ec = errc::malformed_event;
    BOOST_TEST(fanio::parse_mark_target(to_string(target), ec) == target);
    BOOST_TEST(!ec);
  }
  error_code ec;
  BOOST_TEST(fanio::parse_mark_target("FileSystem", ec) == mark_target::filesystem);
  BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_CASE(what_is_no_target_is_refused)
{
  for (const std::string_view text : {"", "inodes", "mount|inode", " inode", "none"})
  {
    error_code ec;
    BOOST_TEST(fanio::parse_mark_target(text, ec) == mark_target::inode, text);
    BOOST_TEST(ec == errc::unknown_flag_name, text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

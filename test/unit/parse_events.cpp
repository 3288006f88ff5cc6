// What is an event, and what is refused, byte by byte.

#include "support/parsed_events.hpp"
#include "support/printing.hpp"

#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::info_type;
using fanio::init_flags;
using test::byte_vector;
using test::event_bytes;
using test::join;
using test::look_at_everything;
using test::make_handle;
using test::parsed_events;
using test::poke;

namespace wire = fanio::detail::wire;

namespace {

/// Whether bytes are refused as malformed without a single event.
bool is_malformed(const byte_vector& bytes)
{
  const parsed_events parsed(bytes);
  return parsed.error() == errc::malformed_event && parsed.size() == 0;
}

byte_vector zeros(std::size_t count)
{
  return byte_vector(count);
}

} // namespace

BOOST_AUTO_TEST_SUITE(parsing)

BOOST_AUTO_TEST_CASE(no_bytes_are_no_events)
{
  error_code ec = errc::malformed_event;
  BOOST_TEST(fanio::parse_events({}, {}, ec).empty());
  BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_CASE(events_back_to_back_are_found_in_their_order)
{
  const auto events = test::one_event_of_every_form();
  const parsed_events parsed(test::join(test::one_event_of_every_form()));
  BOOST_TEST(!parsed.error());
  BOOST_REQUIRE(parsed.size() == events.size());
  for (std::size_t i = 0; i < events.size(); ++i)
  {
    BOOST_TEST(std::ranges::equal(parsed[i].bytes(), events[i]), "event " << i);
  }
}

// Lengths are multiples of 4 and not of 8, so the 64-bit mask of a later event is at an address
// that is only 4-byte aligned, and RANGE and MNT records are as well.
BOOST_AUTO_TEST_CASE(events_may_lie_at_any_address)
{
  const auto all = test::join(test::one_event_of_every_form());
  const parsed_events aligned(all);
  for (std::size_t misalignment = 1; misalignment < 8; ++misalignment)
  {
    const parsed_events parsed(all, {}, misalignment);
    BOOST_REQUIRE(parsed.size() == aligned.size());
    for (std::size_t i = 0; i < parsed.size(); ++i)
    {
      BOOST_TEST(look_at_everything(parsed[i]) == look_at_everything(aligned[i]));
    }
  }
}

BOOST_AUTO_TEST_CASE(unknown_bits_of_the_mask_are_kept)
{
  constexpr auto future = event_mask{std::uint64_t{1} << 63 | std::uint64_t{1} << 32 | 0x80000};
  const parsed_events parsed(event_bytes(event_mask::open | future).bytes());
  BOOST_TEST(parsed.only().mask() == (event_mask::open | future));
}

BOOST_AUTO_TEST_CASE(the_longer_metadata_of_a_future_kernel_is_passed_over)
{
  for (const auto extra : std::to_array<std::uint16_t>({1, 4, 8, 40, 1000}))
  {
    const parsed_events parsed(join({event_bytes(event_mask::create)
                                         .pid(7)
                                         .longer_metadata(extra)
                                         .dfid_name(make_handle(2), "name")
                                         .bytes(),
                                     event_bytes(event_mask::open).bytes()}));
    BOOST_TEST(!parsed.error());
    BOOST_REQUIRE(parsed.size() == 2U);
    BOOST_TEST(parsed[0].pid() == 7);
    BOOST_TEST(parsed[0].name().value() == "name");
    BOOST_TEST(parsed[1].mask() == event_mask::open);
  }
}

BOOST_AUTO_TEST_CASE(unknown_kinds_of_record_pass_and_can_be_reached)
{
  for (const unsigned type : {0U, 8U, 9U, 11U, 13U, 127U, 255U})
  {
    const auto body = test::from_hex("01020304 05060708");
    const auto kind = static_cast<info_type>(type);
    const parsed_events parsed(event_bytes(event_mask::create)
                                   .record(kind, body)
                                   .fid(make_handle(12))
                                   .record(kind, {})
                                   .bytes());
    const auto e = parsed.only();
    BOOST_TEST((e.fid() == make_handle(12)));
    const auto records = e.records();
    BOOST_REQUIRE(std::ranges::distance(records) == 3);
    const auto first = *records.begin();
    BOOST_TEST((first.type() == kind));
    BOOST_TEST(std::ranges::equal(first.body(), body));
    BOOST_TEST(first.bytes().size() == 12U);
    BOOST_TEST((*std::ranges::next(records.begin(), 2)).body().empty());
  }
}

BOOST_AUTO_TEST_CASE(records_that_a_future_kernel_made_longer_pass)
{
  const auto directory = make_handle(2);
  const auto longer = [](event_bytes event)
  {
    auto bytes = event.bytes(); // with one record
    const auto length = wire::load<std::uint16_t>(bytes.data() + wire::event::size + 2);
    bytes.resize(bytes.size() + 12, std::byte{0xee});
    poke(bytes, wire::event::size + wire::info::len, static_cast<std::uint16_t>(length + 12));
    poke(bytes, wire::event::event_len, static_cast<std::uint32_t>(bytes.size()));
    return bytes;
  };
  const auto mask = event_mask::open;
  BOOST_TEST((parsed_events(longer(event_bytes(mask).fid(directory))).only().fid() == directory));
  BOOST_TEST((parsed_events(longer(event_bytes(mask).dfid(directory))).only().dfid() == directory));
  BOOST_TEST(
      parsed_events(longer(event_bytes(mask).dfid_name(directory, "a"))).only().name().value() ==
      "a");
  BOOST_TEST(parsed_events(longer(event_bytes(mask).pidfd(9))).only().pidfd() == 9);
  BOOST_TEST(parsed_events(longer(event_bytes(mask).error(5, 1))).only().error().value().error ==
             5);
  BOOST_TEST(parsed_events(longer(event_bytes(mask).range(1, 2))).only().range().value().count ==
             2U);
  BOOST_TEST(parsed_events(longer(event_bytes(mask).mount(3))).only().mount_id().value() == 3U);
}

BOOST_AUTO_TEST_CASE(of_two_records_of_a_kind_the_first_counts)
{
  const auto one = make_handle(1);
  const auto two = make_handle(2);
  const parsed_events parsed(event_bytes(event_mask::rename)
                                 .fid(one)
                                 .fid(two)
                                 .dfid_name(one, "one")
                                 .dfid_name(two, "two")
                                 .old_dfid_name(one, "old one")
                                 .old_dfid_name(two, "old two")
                                 .new_dfid_name(one, "new one")
                                 .new_dfid_name(two, "new two")
                                 .pidfd(1)
                                 .pidfd(2)
                                 .error(1, 1)
                                 .error(2, 2)
                                 .range(1, 1)
                                 .range(2, 2)
                                 .mount(1)
                                 .mount(2)
                                 .bytes());
  const auto e = parsed.only();
  BOOST_TEST((e.fid() == one));
  BOOST_TEST((e.dfid() == one));
  BOOST_TEST(e.name().value() == "one");
  BOOST_TEST(e.old_name().value() == "old one");
  BOOST_TEST(e.new_name().value() == "new one");
  BOOST_TEST(e.pidfd() == 1);
  BOOST_TEST(e.error().value().error == 1);
  BOOST_TEST(e.range().value().offset == 1U);
  BOOST_TEST(e.mount_id().value() == 1U);
}

BOOST_AUTO_TEST_CASE(names_are_bytes_and_come_through_unchanged)
{
  for (const auto& name : {std::string("a"), std::string("new\nline"), std::string("\xff\xfe\x80"),
                           std::string("\xc3"), std::string(" \t\"\\"), std::string("\x01\x7f"),
                           std::string("..."), std::string(255, 'x'), std::string(255, '\xff')})
  {
    const parsed_events parsed(
        event_bytes(event_mask::create).dfid_name(make_handle(2), name).bytes());
    BOOST_TEST(parsed.only().name().value() == name);
  }
}

BOOST_AUTO_TEST_CASE(an_empty_name_is_a_name)
{
  const parsed_events parsed(event_bytes(event_mask::create).dfid_name(make_handle(2), "").bytes());
  BOOST_REQUIRE(parsed.only().name().has_value());
  BOOST_TEST(parsed.only().name().value().empty());
}

BOOST_AUTO_TEST_CASE(a_name_of_every_length_is_padded_and_found)
{
  for (std::size_t length = 0; length <= 255; ++length)
  {
    const auto event = event_bytes(event_mask::create)
                           .dfid_name(make_handle(2), std::string(length, 'n'))
                           .fid(make_handle(3))
                           .bytes();
    const parsed_events parsed(join({event, event}));
    BOOST_REQUIRE(parsed.size() == 2U);
    BOOST_TEST(parsed[1].name().value().size() == length);
    BOOST_TEST((parsed[1].fid() == make_handle(3)));
  }
}

BOOST_AUTO_TEST_CASE(handles_of_every_length_are_found)
{
  for (std::size_t length = 0; length <= 128; ++length)
  {
    const byte_vector handle(length, std::byte{0xab});
    const parsed_events parsed(
        event_bytes(event_mask::create).dfid_name({{{1, 2}}, 0x81, handle}, "name").bytes());
    BOOST_TEST(std::ranges::equal(parsed.only().dfid().value().bytes(), handle));
    BOOST_TEST(parsed.only().name().value() == "name");
  }
}

BOOST_AUTO_TEST_CASE(the_longest_record_passes)
{
  constexpr auto longest = std::numeric_limits<std::uint16_t>::max() / 4 * 4;
  const parsed_events parsed(
      event_bytes(event_mask::open).record(info_type{99}, zeros(longest - 4)).bytes());
  BOOST_TEST((*parsed.only().records().begin()).bytes().size() == std::size_t{longest});
}

BOOST_AUTO_TEST_CASE(the_throwing_form_returns_the_same_events)
{
  const auto all = test::join(test::one_event_of_every_form());
  BOOST_TEST(fanio::parse_events(all).size() == test::one_event_of_every_form().size());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(refusing)

BOOST_AUTO_TEST_CASE(another_version_is_unsupported)
{
  for (const unsigned version : {0U, 2U, 4U, 255U})
  {
    const parsed_events parsed(
        event_bytes(event_mask::open).version(static_cast<std::uint8_t>(version)).bytes());
    BOOST_TEST(parsed.error() == errc::unsupported_version);
    BOOST_TEST(parsed.size() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(less_than_the_metadata_is_malformed)
{
  const auto event = event_bytes(event_mask::open).bytes();
  for (std::size_t length = 1; length < wire::event::size; ++length)
  {
    BOOST_TEST(is_malformed({event.begin(), event.begin() + static_cast<std::ptrdiff_t>(length)}));
  }
}

BOOST_AUTO_TEST_CASE(metadata_shorter_than_known_is_malformed)
{
  for (const auto length : std::to_array<std::uint16_t>({0, 4, 20, 23}))
  {
    auto event = event_bytes(event_mask::open).fid(make_handle(1)).bytes();
    poke(event, wire::event::metadata_len, length);
    BOOST_TEST(is_malformed(event), length);
  }
}

BOOST_AUTO_TEST_CASE(metadata_longer_than_its_event_is_malformed)
{
  for (const auto length : std::to_array<std::uint16_t>({25, 28, 0xffff}))
  {
    auto event = event_bytes(event_mask::open).bytes();
    poke(event, wire::event::metadata_len, length);
    BOOST_TEST(is_malformed(join({event, event, event})), length);
  }
}

BOOST_AUTO_TEST_CASE(an_event_shorter_than_its_metadata_is_malformed)
{
  for (const auto length : std::to_array<std::uint32_t>({0, 1, 4, 20, 23}))
  {
    auto event = event_bytes(event_mask::open).bytes();
    poke(event, wire::event::event_len, length);
    BOOST_TEST(is_malformed(event), length);
  }
}

BOOST_AUTO_TEST_CASE(an_event_longer_than_the_bytes_is_malformed)
{
  for (const auto length :
       std::to_array<std::uint32_t>({25U, 28U, 0x7fff'ffffU, 0x8000'0000U, 0xffff'ffffU}))
  {
    auto event = event_bytes(event_mask::open).bytes();
    poke(event, wire::event::event_len, length);
    BOOST_TEST(is_malformed(event), length);
  }
}

BOOST_AUTO_TEST_CASE(a_record_shorter_than_its_header_is_malformed)
{
  for (const auto length : std::to_array<std::uint16_t>({0, 1, 2, 3}))
  {
    auto event = event_bytes(event_mask::open).record(info_type{99}, zeros(8)).bytes();
    poke(event, wire::event::size + wire::info::len, length);
    BOOST_TEST(is_malformed(event), length);
  }
}

BOOST_AUTO_TEST_CASE(a_record_that_claims_more_bytes_than_the_event_has_is_malformed)
{
  for (const auto length : std::to_array<std::uint16_t>({13, 16, 0xffff}))
  {
    auto event = event_bytes(event_mask::open).record(info_type{99}, zeros(8)).bytes();
    poke(event, wire::event::size + wire::info::len, length);
    BOOST_TEST(is_malformed(event), length);
    BOOST_TEST(is_malformed(join({event, event})), length);
  }
}

BOOST_AUTO_TEST_CASE(a_rest_too_short_for_a_record_is_malformed)
{
  for (std::size_t rest = 1; rest < wire::info::size; ++rest)
  {
    auto event = event_bytes(event_mask::open).bytes();
    event.resize(event.size() + rest);
    poke(event, wire::event::event_len, static_cast<std::uint32_t>(event.size()));
    BOOST_TEST(is_malformed(event), rest);
  }
}

BOOST_AUTO_TEST_CASE(known_records_shorter_than_their_fields_are_malformed)
{
  const std::vector<std::pair<info_type, std::size_t>> sizes = {
      {info_type::fid, 20},   {info_type::dfid, 20},          {info_type::dfid_name, 21},
      {info_type::pidfd, 8},  {info_type::old_dfid_name, 21}, {info_type::new_dfid_name, 21},
      {info_type::error, 12}, {info_type::range, 24},         {info_type::mnt, 16},
  };
  for (const auto& [type, size] : sizes)
  {
    for (std::size_t length = wire::info::size; length <= size; ++length)
    {
      auto event = event_bytes(event_mask::open).bytes();
      event.resize(event.size() + length);
      poke(event, wire::event::size + wire::info::type, type);
      poke(event, wire::event::size + wire::info::len, static_cast<std::uint16_t>(length));
      poke(event, wire::event::event_len, static_cast<std::uint32_t>(event.size()));
      BOOST_TEST(is_malformed(event) == (length < size),
                 "type " << static_cast<int>(type) << ", length " << length);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_handle_that_claims_more_bytes_than_its_record_has_is_malformed)
{
  // The last three wrap around when the handle's offset is added to them in 32 bits.
  for (const std::uint32_t claimed :
       {9U, 12U, 0x7fff'ffffU, 0x8000'0000U, 0xffff'ffecU, 0xffff'fff4U, 0xffff'ffffU})
  {
    for (auto event : {event_bytes(event_mask::open).fid(make_handle(1)),
                       event_bytes(event_mask::open).dfid(make_handle(1))})
    {
      auto bytes = event.bytes();
      poke(bytes, wire::event::size + wire::fid::handle_bytes, claimed);
      BOOST_TEST(is_malformed(bytes), claimed);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_handle_that_leaves_no_room_for_the_name_is_malformed)
{
  auto event = event_bytes(event_mask::create).dfid_name(make_handle(2), "abc").bytes();
  poke(event, wire::event::size + wire::fid::handle_bytes, std::uint32_t{8 + 4});
  BOOST_TEST(is_malformed(event));
}

// Behind the record stands another, with zeros in it: they terminate nothing.
BOOST_AUTO_TEST_CASE(a_name_without_a_terminator_in_its_record_is_malformed)
{
  for (const auto type : {info_type::dfid_name, info_type::old_dfid_name, info_type::new_dfid_name})
  {
    auto event = event_bytes(event_mask::create).dfid_name(make_handle(2), "abc").pidfd(0).bytes();
    poke(event, wire::event::size + wire::info::type, type);
    BOOST_TEST(!is_malformed(event));
    poke(event, wire::event::size + wire::fid::handle + 8 + 3, 'd');
    BOOST_TEST(is_malformed(event));
  }
}

// Kernels pad with zeros, and nothing promises it.
BOOST_AUTO_TEST_CASE(a_name_ends_at_its_terminator_whatever_pads_it)
{
  auto event = event_bytes(event_mask::create).dfid_name(make_handle(2), "a").bytes();
  for (const std::size_t at : {event.size() - 1, event.size() - 2})
  {
    poke(event, at, 'x');
    const parsed_events events(event);
    BOOST_TEST(!events.error());
    BOOST_REQUIRE(events.size() == 1U);
    BOOST_TEST(events[0].name().value() == "a");
  }
  poke(event, event.size() - 3, 'x'); // the terminator
  BOOST_TEST(is_malformed(event));
}

BOOST_AUTO_TEST_CASE(the_events_before_a_bad_one_are_returned)
{
  const auto good = event_bytes(event_mask::open).pid(1).bytes();
  const parsed_events malformed(join({good, good, byte_vector(30), good}));
  BOOST_TEST(malformed.error() == errc::unsupported_version); // zeros are version 0
  BOOST_REQUIRE(malformed.size() == 2U);
  BOOST_TEST(malformed[1].pid() == 1);
  BOOST_TEST(malformed.events().bytes().size() == 2 * good.size());

  auto bad = good;
  poke(bad, wire::event::event_len, std::uint32_t{4});
  const parsed_events short_event(join({good, bad, good}));
  BOOST_TEST(short_event.error() == errc::malformed_event);
  BOOST_TEST(short_event.size() == 1U);
}

BOOST_AUTO_TEST_CASE(bytes_cut_off_anywhere_give_the_events_before_the_cut)
{
  const auto all = test::join(test::one_event_of_every_form());
  std::size_t whole_events = 0;
  std::size_t bytes_of_them = 0;
  const auto events = test::one_event_of_every_form();
  for (std::size_t length = 0; length <= all.size(); ++length)
  {
    if (whole_events < events.size() && length == bytes_of_them + events[whole_events].size())
    {
      bytes_of_them = length;
      ++whole_events;
    }
    const auto rest = std::span(all).first(length);
    const parsed_events parsed(rest, {}, length % 8);
    BOOST_TEST(parsed.size() == whole_events);
    const auto expected = length == bytes_of_them ? error_code() : errc::malformed_event;
    BOOST_TEST(parsed.error() == expected);
    for (const fanio::event_view e : parsed.events())
    {
      static_cast<void>(look_at_everything(e));
    }
  }
  BOOST_TEST(whole_events == events.size());
}

BOOST_AUTO_TEST_CASE(the_throwing_form_throws_the_same_error)
{
  const auto refused = event_bytes(event_mask::open).version(4).bytes();
  BOOST_CHECK_EXCEPTION(static_cast<void>(fanio::parse_events(refused)),
                        boost::system::system_error, [](const boost::system::system_error& e)
                        { return e.code() == errc::unsupported_version; });
}

BOOST_AUTO_TEST_SUITE_END()

// The ranges of events and of their records, as ranges.

#include "support/parsed_events.hpp"
#include "support/printing.hpp"
#include <fanio/event_range.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <iterator>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

using fanio::event_mask;
using fanio::event_range;
using fanio::event_view;
using fanio::info_range;
using fanio::info_record;
using fanio::info_type;
using test::event_bytes;
using test::make_handle;
using test::parsed_events;

namespace {

/// Three events; the second has a name.
test::byte_vector three_events()
{
  return test::join({event_bytes(event_mask::open).pid(1).bytes(),
                     event_bytes(event_mask::create).pid(2).dfid_name(make_handle(2), "a").bytes(),
                     event_bytes(event_mask::open).pid(3).bytes()});
}

} // namespace

BOOST_AUTO_TEST_SUITE(event_ranges)

BOOST_AUTO_TEST_CASE(an_event_range_is_a_sized_borrowed_forward_view)
{
  static_assert(std::ranges::forward_range<event_range>);
  static_assert(std::ranges::forward_range<const event_range>);
  static_assert(std::ranges::view<event_range>);
  static_assert(std::ranges::borrowed_range<event_range>);
  static_assert(std::ranges::sized_range<event_range>);
  static_assert(std::ranges::common_range<event_range>);
  static_assert(std::is_nothrow_copy_constructible_v<event_range>);
  static_assert(std::is_nothrow_default_constructible_v<event_range>);
  BOOST_TEST((std::is_same_v<std::ranges::range_value_t<event_range>, event_view>));
}

BOOST_AUTO_TEST_CASE(a_new_range_is_empty)
{
  const event_range none;
  BOOST_TEST(none.empty());
  BOOST_TEST(none.size() == 0U);
  BOOST_TEST((none.begin() == none.end()));
  BOOST_TEST(none.bytes().empty());
  BOOST_TEST(!none);
}

BOOST_AUTO_TEST_CASE(a_range_knows_its_size_and_its_ends)
{
  const parsed_events parsed(three_events());
  BOOST_TEST(parsed.events().size() == 3U);
  BOOST_TEST(std::ranges::distance(parsed.events()) == 3);
  BOOST_TEST(!parsed.events().empty());
  BOOST_TEST(parsed.events().front().pid() == 1);
  BOOST_TEST(std::ranges::equal(parsed.events().bytes(), three_events()));
}

BOOST_AUTO_TEST_CASE(a_range_can_be_walked_more_than_once)
{
  const parsed_events parsed(three_events());
  for (int time = 0; time < 2; ++time)
  {
    int pid = 0;
    for (const event_view e : parsed.events())
    {
      BOOST_TEST(e.pid() == ++pid);
    }
    BOOST_TEST(pid == 3);
  }
}

BOOST_AUTO_TEST_CASE(iterators_step_and_compare)
{
  const parsed_events parsed(three_events());
  auto at = parsed.events().begin();
  BOOST_TEST((*at++).pid() == 1);
  BOOST_TEST((*at).pid() == 2);
  BOOST_TEST((*++at).pid() == 3);
  BOOST_TEST((at != parsed.events().end()));
  BOOST_TEST((++at == parsed.events().end()));
  BOOST_TEST((event_range::iterator() == event_range::iterator()));
}

BOOST_AUTO_TEST_CASE(copies_of_a_range_are_the_same_events)
{
  const parsed_events parsed(three_events());
  const auto copy = parsed.events();
  BOOST_TEST((copy.begin() == parsed.events().begin()));
  BOOST_TEST((copy.end() == parsed.events().end()));
}

BOOST_AUTO_TEST_CASE(standard_views_work_on_events)
{
  const parsed_events parsed(three_events());
  const auto is_open = [](const event_view& e) { return e.mask() == event_mask::open; };
  std::vector<int> pids;
  std::ranges::copy(parsed.events() | std::views::filter(is_open) |
                        std::views::transform(&event_view::pid),
                    std::back_inserter(pids));
  BOOST_TEST(pids == std::vector({1, 3}), boost::test_tools::per_element());
  BOOST_TEST(std::ranges::distance(parsed.events() | std::views::drop(1) | std::views::take(1)) ==
             1);
}

BOOST_AUTO_TEST_CASE(standard_algorithms_work_on_events)
{
  const parsed_events parsed(three_events());
  const auto& events = parsed.events();
  BOOST_TEST((*std::ranges::find(events, 2, &event_view::pid)).name().value() == "a");
  BOOST_TEST(std::ranges::count(events, event_mask::open, &event_view::mask) == 2);
  BOOST_TEST(std::ranges::is_sorted(events, {}, &event_view::pid));
  BOOST_TEST((std::ranges::find(events, 9, &event_view::pid) == events.end()));
  const std::vector<event_view> kept(events.begin(), events.end());
  BOOST_TEST(kept.size() == 3U);
  BOOST_TEST(kept.back().pid() == 3);
}

BOOST_AUTO_TEST_CASE(an_iterator_may_outlive_its_range)
{
  const auto bytes = three_events();
  const auto found =
      std::ranges::find(fanio::parse_events(bytes), 2, &event_view::pid); // not dangling
  BOOST_TEST((*found).name().value() == "a");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(info_ranges)

BOOST_AUTO_TEST_CASE(an_info_range_is_a_borrowed_forward_view)
{
  static_assert(std::ranges::forward_range<info_range>);
  static_assert(std::ranges::forward_range<const info_range>);
  static_assert(std::ranges::view<info_range>);
  static_assert(std::ranges::borrowed_range<info_range>);
  static_assert(std::ranges::common_range<info_range>);
  BOOST_TEST((std::is_same_v<std::ranges::range_value_t<info_range>, info_record>));
}

BOOST_AUTO_TEST_CASE(a_new_info_range_is_empty)
{
  const info_range none;
  BOOST_TEST(none.empty());
  BOOST_TEST((none.begin() == none.end()));
}

BOOST_AUTO_TEST_CASE(records_are_whole_and_in_order)
{
  const parsed_events parsed(
      event_bytes(event_mask::create).dfid_name(make_handle(2), "a").pidfd(5).mount(6).bytes());
  std::vector<unsigned> types;
  std::size_t bytes = 0;
  for (const info_record record : parsed.only().records())
  {
    types.push_back(static_cast<unsigned>(record.type()));
    bytes += record.bytes().size();
    BOOST_TEST(record.body().size() + 4 == record.bytes().size());
    BOOST_TEST((record.body().data() == record.bytes().data() + 4));
  }
  BOOST_TEST(types == std::vector({2U, 4U, 7U}), boost::test_tools::per_element());
  BOOST_TEST(bytes + 24 == parsed.only().bytes().size());
}

BOOST_AUTO_TEST_CASE(standard_algorithms_and_views_work_on_records)
{
  const parsed_events parsed(
      event_bytes(event_mask::create).dfid_name(make_handle(2), "a").pidfd(5).pidfd(6).bytes());
  const auto records = parsed.only().records();
  BOOST_TEST(std::ranges::count(records, info_type::pidfd, &info_record::type) == 2);
  const auto is_pidfd = [](const info_record& r) { return r.type() == info_type::pidfd; };
  BOOST_TEST(std::ranges::distance(records | std::views::filter(is_pidfd)) == 2);
  auto at = records.begin();
  BOOST_TEST(((*at++).type() == info_type::dfid_name));
  BOOST_TEST(((*at).type() == info_type::pidfd));
}

BOOST_AUTO_TEST_SUITE_END()

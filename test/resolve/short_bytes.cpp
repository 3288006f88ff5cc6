// Bytes that are few mostly.

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <resolve/short_bytes.hpp>
#include <stdexcept>
#include <string>

namespace {

using few_bytes = fanio::resolve::short_bytes<std::uint8_t, 16>;

} // namespace

BOOST_AUTO_TEST_SUITE(short_bytes)

BOOST_AUTO_TEST_CASE(there_are_none_at_first)
{
  const few_bytes none;
  BOOST_TEST(none.view().empty());
  BOOST_TEST(none.size() == 0U);
  BOOST_TEST(none.allocated() == 0U);
}

BOOST_AUTO_TEST_CASE(as_many_as_fit_are_within_it)
{
  few_bytes b;
  b.assign("0123456789abcdef");
  BOOST_TEST(b.view() == "0123456789abcdef");
  BOOST_TEST(b.allocated() == 0U);
}

BOOST_AUTO_TEST_CASE(more_are_on_the_heap_until_there_are_less)
{
  const std::string most(255, 'm');
  few_bytes b;
  b.assign(most);
  BOOST_TEST(b.view() == most);
  BOOST_TEST(b.allocated() == 255U);
  b.assign("few");
  BOOST_TEST(b.view() == "few");
  BOOST_TEST(b.allocated() == 0U);
}

BOOST_AUTO_TEST_CASE(bytes_may_be_null)
{
  using namespace std::string_view_literals;
  few_bytes b;
  b.assign("a\0b"sv);
  BOOST_TEST(b.view() == "a\0b"sv);
}

BOOST_AUTO_TEST_CASE(a_part_of_its_own_can_be_assigned)
{
  few_bytes b;
  b.assign("0123456789");
  b.assign(b.view().substr(3, 4));
  BOOST_TEST(b.view() == "3456");
  b.assign("0123456789 and more than fits");
  b.assign(b.view().substr(11));
  BOOST_TEST(b.view() == "and more than fits");
  b.assign(b.view().substr(4, 4));
  BOOST_TEST(b.view() == "more");
}

BOOST_AUTO_TEST_CASE(too_many_are_refused_and_nothing_is_changed)
{
  few_bytes b;
  b.assign("kept");
  BOOST_CHECK_THROW(b.assign(std::string(256, 'x')), std::length_error);
  BOOST_TEST(b.view() == "kept");
}

BOOST_AUTO_TEST_CASE(cleared_it_has_none)
{
  few_bytes b;
  b.assign(std::string(100, 'x'));
  b.clear();
  BOOST_TEST(b.view().empty());
  BOOST_TEST(b.allocated() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

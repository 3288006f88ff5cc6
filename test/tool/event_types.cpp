// The letters of events.

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <tool/event_types.hpp>

using fanio::event_mask;
using fanio::tool::parse_types;
using fanio::tool::types_of;

BOOST_AUTO_TEST_SUITE(event_types)

BOOST_AUTO_TEST_CASE(each_event_has_its_letter)
{
  using enum event_mask;
  BOOST_TEST(types_of(access) == "R");
  BOOST_TEST(types_of(modify) == "W");
  BOOST_TEST(types_of(close_nowrite) == "C");
  BOOST_TEST(types_of(event_mask::open) == "O");
  BOOST_TEST(types_of(create) == "+");
  BOOST_TEST(types_of(delete_) == "D");
  BOOST_TEST(types_of(moved_from) == "<");
  BOOST_TEST(types_of(moved_to) == ">");
  BOOST_TEST(types_of(event_mask::rename) == "<>");
  BOOST_TEST(types_of(open_exec) == "X");
  BOOST_TEST(types_of(attrib) == "A");
  BOOST_TEST(types_of(delete_self | move_self) == "S");
}

BOOST_AUTO_TEST_CASE(a_file_that_was_written_and_closed_has_both)
{
  BOOST_TEST(types_of(event_mask::close_write) == "CW");
}

BOOST_AUTO_TEST_CASE(they_stand_in_one_order)
{
  BOOST_TEST(types_of(~event_mask::all_modifiers) == fanio::tool::all_types);
}

BOOST_AUTO_TEST_CASE(letters_are_read_in_either_case)
{
  using enum event_mask;
  BOOST_TEST((parse_types("rD") == (access | delete_)));
  BOOST_TEST((parse_types("w") == (modify | close_write)));
  BOOST_TEST((parse_types("C") == event_mask::close));
}

BOOST_AUTO_TEST_CASE(each_side_of_a_move_means_both)
{
  BOOST_TEST((parse_types("<") == event_mask::move));
  BOOST_TEST((parse_types(">") == event_mask::move));
}

BOOST_AUTO_TEST_CASE(another_letter_is_refused)
{
  BOOST_CHECK_THROW(static_cast<void>(parse_types("OZ")), std::invalid_argument);
  BOOST_CHECK_THROW(static_cast<void>(parse_types("")), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

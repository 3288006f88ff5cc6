// Paths whose names were removed.

#include <boost/test/unit_test.hpp>

#include <tool/gone_names.hpp>

using fanio::tool::gone_names;

BOOST_AUTO_TEST_SUITE(names_that_are_gone)

BOOST_AUTO_TEST_CASE(a_name_is_gone_until_it_comes_again)
{
  gone_names names;
  names.remove("/a");
  BOOST_TEST(names.has("/a"));
  BOOST_TEST(!names.has("/b"));
  names.come("/a");
  BOOST_TEST(!names.has("/a"));
  names.remove("/a");
  BOOST_TEST(names.has("/a"));
}

BOOST_AUTO_TEST_CASE(the_oldest_are_forgotten)
{
  gone_names names(2);
  names.remove("/a");
  names.remove("/b");
  names.remove("/c");
  BOOST_TEST(!names.has("/a"));
  BOOST_TEST(names.has("/b"));
  BOOST_TEST(names.has("/c"));
}

BOOST_AUTO_TEST_SUITE_END()

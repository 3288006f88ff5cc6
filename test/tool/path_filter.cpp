// Which paths are shown.

#include <boost/test/unit_test.hpp>

#include <tool/path_filter.hpp>

using fanio::tool::path_filter;

BOOST_AUTO_TEST_SUITE(path_filters)

BOOST_AUTO_TEST_CASE(without_a_path_all_are_shown)
{
  const path_filter all;
  BOOST_TEST(all.admits("/srv"));
  BOOST_TEST(all.admits_all());
}

BOOST_AUTO_TEST_CASE(a_path_admits_itself_and_what_is_below)
{
  path_filter filter;
  filter.add("/srv");
  BOOST_TEST(filter.admits("/srv"));
  BOOST_TEST(filter.admits("/srv/a"));
  BOOST_TEST(!filter.admits("/srv2"));
  BOOST_TEST(!filter.admits("/"));
  BOOST_TEST(filter.admits_tree("/srv"));
  BOOST_TEST(!filter.admits_tree("/srv2"));
  BOOST_TEST(filter.admits_tree("/srv/a"));
}

BOOST_AUTO_TEST_CASE(a_directory_admits_itself_and_what_is_directly_in_it)
{
  path_filter filter;
  filter.add_directory("/srv");
  filter.add_directory("/");
  BOOST_TEST(!filter.admits_all());
  BOOST_TEST(filter.admits("/srv"));
  BOOST_TEST(filter.admits("/srv/a"));
  BOOST_TEST(!filter.admits("/srv/a/b"));
  BOOST_TEST(!filter.admits_tree("/srv/a"));
  BOOST_TEST(filter.admits("/"));
  BOOST_TEST(filter.admits("/home"));
  BOOST_TEST(!filter.admits("/home/a"));
}

BOOST_AUTO_TEST_CASE(one_of_several_is_enough)
{
  path_filter filter;
  filter.add("/srv");
  filter.add("/home");
  BOOST_TEST(filter.admits("/home/a"));
  BOOST_TEST(!filter.admits("/var"));
}

BOOST_AUTO_TEST_CASE(the_root_admits_everything)
{
  path_filter filter;
  filter.add("/");
  BOOST_TEST(filter.admits("/"));
  BOOST_TEST(filter.admits("/srv"));
  BOOST_TEST(filter.admits_tree("/"));
  BOOST_TEST(filter.admits_tree("/srv"));
}

BOOST_AUTO_TEST_SUITE_END()

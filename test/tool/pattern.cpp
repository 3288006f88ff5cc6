// Patterns of paths and of words.

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <tool/pattern.hpp>

using fanio::tool::pattern;
using fanio::tool::pattern_filter;

namespace {

bool path_matches(std::string_view glob, std::string_view path)
{
  return pattern::path_glob(glob).matches(path);
}

bool word_matches(std::string_view glob, std::string_view word)
{
  return pattern::word_glob(glob).matches(word);
}

} // namespace

BOOST_AUTO_TEST_SUITE(patterns)

BOOST_AUTO_TEST_CASE(a_glob_without_a_slash_is_for_the_last_name)
{
  BOOST_TEST(path_matches("*.txt", "/a/b.txt"));
  BOOST_TEST(path_matches("*.txt", "b.txt"));
  BOOST_TEST(!path_matches("*.txt", "/a.txt/b"));
  BOOST_TEST(!path_matches("b", "/a/bb"));
}

BOOST_AUTO_TEST_CASE(a_glob_with_a_slash_is_for_the_whole_path)
{
  BOOST_TEST(path_matches("/a/*", "/a/b"));
  BOOST_TEST(!path_matches("/a/*", "/a/b/c"));
  BOOST_TEST(!path_matches("a/*", "/x/a/b"));
}

BOOST_AUTO_TEST_CASE(two_stars_are_anything)
{
  BOOST_TEST(path_matches("/a/**", "/a/b/c"));
  BOOST_TEST(path_matches("/a/**/c", "/a/c"));
  BOOST_TEST(path_matches("/a/**/c", "/a/b/b/c"));
  BOOST_TEST(!path_matches("/a/**/c", "/a/bc"));
}

BOOST_AUTO_TEST_CASE(a_question_mark_is_one_character)
{
  BOOST_TEST(path_matches("a?c", "abc"));
  BOOST_TEST(path_matches("a?c", "a\xc3\xa4"
                                 "c"));
  BOOST_TEST(path_matches("a?c", "a\xff"
                                 "c"));
  BOOST_TEST(!path_matches("/a?c", "/a/c"));
  BOOST_TEST(!path_matches("a?c", "ac"));
}

BOOST_AUTO_TEST_CASE(a_class_is_one_of_its_characters)
{
  BOOST_TEST(path_matches("[a-c]x", "bx"));
  BOOST_TEST(!path_matches("[a-c]x", "dx"));
  BOOST_TEST(path_matches("[!a-c]x", "dx"));
  BOOST_TEST(path_matches("[]x]", "]"));
  BOOST_TEST(path_matches("\\[x", "[x"));
}

BOOST_AUTO_TEST_CASE(what_is_special_in_expressions_stands_for_itself)
{
  BOOST_TEST(path_matches("a.b+(c)|$^{}", "a.b+(c)|$^{}"));
  BOOST_TEST(!path_matches("a.b", "axb"));
  BOOST_TEST(path_matches("a\\*b", "a*b"));
  BOOST_TEST(!path_matches("a\\*b", "axb"));
}

BOOST_AUTO_TEST_CASE(names_are_bytes)
{
  BOOST_TEST(path_matches("a*", "a\n\xff"));
  BOOST_TEST(pattern::expression("^/a.b$").matches("/a\xff"
                                                   "b"));
}

BOOST_AUTO_TEST_CASE(in_a_word_a_slash_is_no_border)
{
  BOOST_TEST(word_matches("kworker/*", "kworker/0:1/x"));
  BOOST_TEST(word_matches("*0?1", "kworker/0/1"));
  BOOST_TEST(!word_matches("sh", "bash"));
}

BOOST_AUTO_TEST_CASE(an_expression_is_looked_for_anywhere)
{
  BOOST_TEST(pattern::expression("b+").matches("/abba"));
  BOOST_TEST(!pattern::expression("^b").matches("/abba"));
}

BOOST_AUTO_TEST_CASE(a_bad_expression_is_refused)
{
  BOOST_CHECK_THROW(static_cast<void>(pattern::expression("(")), std::invalid_argument);
  BOOST_CHECK_THROW(static_cast<void>(pattern::path_glob("[b-a]")), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_class_without_an_end_is_refused)
{
  for (const auto* const glob : {"[", "[a", "x[!", "[]", "/a/[b-/c", "a\\]["})
  {
    BOOST_CHECK_THROW(static_cast<void>(pattern::path_glob(glob)), std::invalid_argument);
    BOOST_CHECK_THROW(static_cast<void>(pattern::word_glob(glob)), std::invalid_argument);
  }
}

BOOST_AUTO_TEST_CASE(a_filter_admits_all_where_it_has_no_pattern)
{
  BOOST_TEST(pattern_filter{}.admits("a"));
  BOOST_TEST(pattern_filter{}.is_empty());
}

BOOST_AUTO_TEST_CASE(a_filter_excludes_also_what_it_includes)
{
  pattern_filter filter;
  filter.include = {pattern::path_glob("a*"), pattern::path_glob("b*")};
  filter.exclude = {pattern::path_glob("*z")};
  BOOST_TEST(filter.admits("ax"));
  BOOST_TEST(filter.admits("bx"));
  BOOST_TEST(!filter.admits("c"));
  BOOST_TEST(!filter.admits("az"));
}

BOOST_AUTO_TEST_SUITE_END()

#include "tool/posix_pattern.hpp"

#include <boost/test/unit_test.hpp>

#include <regex.h>
#include <stdexcept>
#include <string>

namespace {

using fanio::tool::posix_pattern;

bool is_in(const std::string& expression, const std::string& text, bool ignores_case = false)
{
  return posix_pattern(expression, ignores_case).is_in(text);
}

/// What the C library says: inotifywait asks it.
bool is_in_by_regexec(const std::string& expression, const std::string& text)
{
  regex_t compiled;
  BOOST_REQUIRE(::regcomp(&compiled, expression.c_str(), REG_EXTENDED | REG_NOSUB) == 0);
  const bool found = ::regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
  ::regfree(&compiled);
  return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(posix_patterns)

BOOST_AUTO_TEST_CASE(expressions_find_what_the_c_library_finds)
{
  for (const std::string expression : {"a",
                                       "^/a",
                                       "a$",
                                       "(a|b)+c",
                                       "a.c",
                                       R"(\.txt$)",
                                       R"([\.]x)",
                                       "[]a]",
                                       "[^]a]",
                                       "[a\\]b",
                                       "[[:alpha:]]{2,3}$",
                                       "x{,2}y",
                                       "a{2}",
                                       R"(\<a\>)",
                                       R"(\bc)",
                                       R"(\w\W\w)",
                                       R"(a\+b)",
                                       "a|$^",
                                       "()",
                                       R"(\{1)",
                                       "[{]",
                                       "a?b*",
                                       "\xc3\xa9+",
                                       "[[:digit:]-]"})
  {
    for (const std::string text :
         {"",    "a",   "/a", "b/a", "aac", "abc", "a\nc", "x.txt", "x\\x",      ".x",   "]",
          "a]b", "xyy", "y",  "a b", "a-c", "a+b", "{1",   "ab1-2", "h\xc3\xa9", "\xff", "A.TXT"})
    {
      BOOST_TEST(is_in(expression, text) == is_in_by_regexec(expression, text),
                 "'" << expression << "' in '" << text << "'");
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_expression_is_refused)
{
  for (const std::string expression :
       {"(", "[a", "*a", "a{1", "a{x}", "a\\", "[[:none:]]", "[[.a.]]", R"((a)\1)"})
  {
    BOOST_CHECK_THROW(posix_pattern(expression, false), std::invalid_argument);
  }
}

BOOST_AUTO_TEST_CASE(case_may_not_matter)
{
  BOOST_TEST(is_in(R"(\.txt$)", "A.TXT", true));
  BOOST_TEST(!is_in(R"(\.txt$)", "A.TXT", false));
}

BOOST_AUTO_TEST_SUITE_END()

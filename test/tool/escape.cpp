// Names of files and processes, which are any bytes, as text.

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <string_view>
#include <tool/escape.hpp>

using fanio::tool::escape;
using fanio::tool::is_utf8;
using fanio::tool::replace_non_utf8;

namespace {

constexpr std::array<std::string_view, 6> characters{
    "a", "\xc3\xa9", "\xe2\x82\xac", "\xed\x9f\xbf", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"};

/// Cut short, without a start, longer than needed, a surrogate, beyond the last character.
constexpr std::array<std::string_view, 9> no_characters{
    "\xc3",         "\xe2\x82",         "\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
    "\xf0\x80\x80", "\xf4\x90\x80\x80", "\xff"};

} // namespace

BOOST_AUTO_TEST_SUITE(escaping)

BOOST_AUTO_TEST_CASE(text_stays_as_it_is)
{
  for (const auto text : characters)
  {
    BOOST_TEST(escape(text) == text);
    BOOST_TEST(is_utf8(text));
    BOOST_TEST(replace_non_utf8(text) == text);
  }
  BOOST_TEST(escape("") == "");
}

BOOST_AUTO_TEST_CASE(what_is_no_text_is_told_byte_by_byte)
{
  for (const auto bytes : no_characters)
  {
    BOOST_TEST(!is_utf8(bytes));
    BOOST_TEST(escape(bytes).size() == 4 * bytes.size());
    BOOST_TEST(replace_non_utf8(bytes).size() == 3 * bytes.size());
  }
  BOOST_TEST(escape("a\xff z") == "a\\xff z");
  BOOST_TEST(replace_non_utf8("a\xffz") == "a\xef\xbf\xbdz");
}

BOOST_AUTO_TEST_CASE(what_a_terminal_obeys_is_escaped)
{
  BOOST_TEST(escape("a\nb\x1b[31m\x7f") == "a\\x0ab\\x1b[31m\\x7f");
  BOOST_TEST(escape("\xc2\x9b") == "\\xc2\\x9b");          // C1
  BOOST_TEST(escape("\xc2\xa0") == "\xc2\xa0");            // just behind it
  BOOST_TEST(escape("\xe2\x80\xa8") == "\\xe2\\x80\\xa8"); // a line separator
  BOOST_TEST(escape("\xe2\x80\xa9") == "\\xe2\\x80\\xa9"); // a paragraph separator
}

BOOST_AUTO_TEST_CASE(a_backslash_can_be_told_from_an_escape)
{
  BOOST_TEST(escape("\\x0a") == "\\x5cx0a");
}

BOOST_AUTO_TEST_SUITE_END()

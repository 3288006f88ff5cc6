#include <fanio/resolve/error.hpp>

#include <boost/system/errc.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <cerrno>
#include <set>
#include <string>
#include <utility>

using fanio::resolve::errc;

namespace {

constexpr auto documented = std::to_array<std::pair<errc, int>>({
    {errc::no_object, EINVAL},
    {errc::stale, ESTALE},
    {errc::not_permitted, EPERM},
    {errc::evicted, EPERM},
    {errc::unknown_filesystem, ENODEV},
    {errc::outside_of_mounts, EXDEV},
    {errc::hidden, ENOENT},
    {errc::no_handles, EOPNOTSUPP},
});

} // namespace

BOOST_AUTO_TEST_SUITE(errors)

BOOST_AUTO_TEST_CASE(each_has_a_message_of_its_own)
{
  std::set<std::string> messages;
  for (const auto& [code, error] : documented)
  {
    messages.insert(make_error_code(code).message());
  }
  BOOST_TEST(messages.size() == documented.size());
  BOOST_TEST(!messages.contains(""));
}

BOOST_AUTO_TEST_CASE(each_compares_with_the_generic_error)
{
  for (const auto& [code, error] : documented)
  {
    const boost::system::error_condition condition(error, boost::system::generic_category());
    BOOST_TEST((make_error_code(code) == condition), make_error_code(code).message());
  }
}

BOOST_AUTO_TEST_CASE(they_have_a_category_of_their_own)
{
  const auto& category = make_error_code(errc::stale).category();
  BOOST_TEST(category.name() == std::string("fanio.resolve"));
  BOOST_TEST(category.message(77) == "unknown error 77");
  BOOST_TEST(
      (category.default_error_condition(77) == boost::system::error_condition(77, category)));
}

BOOST_AUTO_TEST_SUITE_END()

#include <fanio/location.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <type_traits>

#include <fcntl.h>

using fanio::location;

BOOST_AUTO_TEST_SUITE(locations)

BOOST_AUTO_TEST_CASE(a_path_starts_at_the_working_directory)
{
  const location where = "/srv/data";
  BOOST_TEST(where.dirfd() == AT_FDCWD);
  BOOST_TEST(where.path() == std::string("/srv/data"));
}

BOOST_AUTO_TEST_CASE(a_path_is_borrowed_and_not_copied)
{
  const std::string text = "/srv/data";
  BOOST_TEST(static_cast<const void*>(location(text).path()) == text.c_str());
  const std::filesystem::path path = text;
  BOOST_TEST(static_cast<const void*>(location(path).path()) == path.c_str());
}

BOOST_AUTO_TEST_CASE(every_kind_of_path_converts)
{
  static_assert(std::is_convertible_v<const char*, location>);
  static_assert(std::is_convertible_v<std::string, location>);
  static_assert(std::is_convertible_v<std::filesystem::path, location>);
  static_assert(!std::is_convertible_v<int, location>);
  BOOST_TEST(location(std::filesystem::path("a")).path() == std::string("a"));
}

BOOST_AUTO_TEST_CASE(a_path_may_start_at_a_directory)
{
  const std::string text = "logs";
  const std::filesystem::path path = text;
  for (const auto& where : {location(7, "logs"), location(7, text), location(7, path)})
  {
    BOOST_TEST(where.dirfd() == 7);
    BOOST_TEST(where.path() == text);
  }
}

// What stands before the null byte is another path, which was not meant.
BOOST_AUTO_TEST_CASE(a_path_with_a_null_byte_is_no_path_at_all)
{
  const std::string text("/srv\0/data", 10);
  const std::filesystem::path path = text;
  for (const auto& where : {location(text), location(path), location(7, text), location(7, path)})
  {
    BOOST_TEST(where.path() == std::string());
  }
}

BOOST_AUTO_TEST_CASE(a_descriptor_has_no_path)
{
  const auto where = location::of_fd(7);
  BOOST_TEST(where.dirfd() == 7);
  BOOST_TEST((where.path() == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

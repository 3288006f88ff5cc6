#include <fanio/version.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

// The build defines FANIO_PROJECT_VERSION as it computed it for package files.
BOOST_AUTO_TEST_CASE(the_version_of_the_header_is_the_version_of_the_package)
{
  const auto major = FANIO_VERSION / 10000;
  const auto minor = FANIO_VERSION / 100 % 100;
  const auto patch = FANIO_VERSION % 100;
  BOOST_TEST(std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch) ==
             FANIO_PROJECT_VERSION);
}

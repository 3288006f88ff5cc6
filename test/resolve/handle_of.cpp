#include "support/temp_directory.hpp"
#include <fanio/resolve/handle_of.hpp>
#include <fanio/unique_fd.hpp>

#include <boost/system/errc.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>

#include <fcntl.h>

using fanio::error_code;
using fanio::unique_fd;
using fanio::resolve::handle_of;

namespace {

struct handle_of_fixture
{
  fanio::file_handle of_file()
  {
    auto handle = handle_of(file, ec);
    BOOST_TEST(!ec);
    return handle;
  }

  test::temp_directory directory;
  std::filesystem::path file = directory.write("file");
  error_code ec;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(handles_of_objects, handle_of_fixture)

BOOST_AUTO_TEST_CASE(a_descriptor_has_that_of_what_it_has_open)
{
  for (const int flags : {O_RDONLY, O_PATH})
  {
    const unique_fd fd(::open(file.c_str(), flags | O_CLOEXEC));
    BOOST_TEST((handle_of(fd.get(), ec) == of_file()));
    BOOST_TEST(!ec);
  }
}

BOOST_AUTO_TEST_CASE(a_path_follows_a_link_and_a_descriptor_of_one_has_its_own)
{
  const auto link = directory / "link";
  std::filesystem::create_symlink(file, link);
  const unique_fd fd(::open(link.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  BOOST_TEST((handle_of(link, ec) == of_file()));
  BOOST_TEST((handle_of(fd.get(), ec) != of_file()));
}

BOOST_AUTO_TEST_CASE(nothing_has_none)
{
  BOOST_TEST(!handle_of(directory / "missing", ec).is_valid());
  BOOST_TEST(ec == boost::system::errc::no_such_file_or_directory);
  BOOST_TEST(!handle_of(-1, ec).is_valid());
  BOOST_TEST(ec == boost::system::errc::bad_file_descriptor);
}

BOOST_AUTO_TEST_SUITE_END()

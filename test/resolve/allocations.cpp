// The path of a known directory takes no memory but the caller's string.

#include "paths_fixture.hpp"
#include "support/allocation_counter.hpp"

namespace utf = boost::unit_test;

BOOST_FIXTURE_TEST_SUITE(path_allocations, test::paths_fixture,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(a_path_in_a_known_directory_takes_none)
{
  const auto fs = test::private_tmpfs();
  std::filesystem::create_directories(fs / "a/b/c");
  auto group = watch(fs.path());
  test::write(fs / "a/b/c/first");
  paths(group); // now it is known
  for (int i = 0; i < 100; ++i)
  {
    test::write(fs / ("a/b/c/" + std::to_string(i)));
  }
  fanio::event_buffer large(std::size_t{256} * 1024);
  const auto events = group.read_events(large);
  BOOST_REQUIRE(events.size() >= 100U);
  std::string path;
  path.reserve(4096);
  std::size_t known = 0;

  const auto before = test::allocations();
  for (const auto e : events)
  {
    resolver.update(e);
    known += resolver.resolve(e, path) ? 0U : 1U;
  }
  BOOST_TEST(test::allocations() == before);
  BOOST_TEST(known == events.size());
}

BOOST_AUTO_TEST_SUITE_END()

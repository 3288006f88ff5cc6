// X. What is told of a FIFO: less than of a file.

#include "support/scenario.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::init_flags;

namespace {

constexpr auto everything =
    event_mask::access | event_mask::modify | event_mask::open | event_mask::close;

struct special_files_fixture : test::scenario
{
  special_files_fixture() { BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0); }

  /// All that is told while the FIFO is opened, written, read and closed.
  event_mask told(init_flags flags, const std::filesystem::path& marked)
  {
    auto group = open(flags);
    group.add_mark(marked, everything | event_mask::event_on_child);
    {
      const fanio::unique_fd fd(::open(fifo.c_str(), O_RDWR | O_CLOEXEC));
      char byte = 0;
      BOOST_REQUIRE(::write(fd.get(), &byte, 1) == 1);
      BOOST_REQUIRE(::read(fd.get(), &byte, 1) == 1);
    }
    return test::merged(drain(group));
  }

  test::private_filesystem fs;
  std::filesystem::path fifo = fs / "fifo";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(special_files, special_files_fixture,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(X48_a_group_of_descriptors_is_told_nothing_of_a_fifo)
{
  BOOST_TEST(told(init_flags::class_notif, fifo) == event_mask{});
  BOOST_TEST(told(init_flags::class_notif, fs.path()) == event_mask{});
}

BOOST_AUTO_TEST_CASE(X48_a_group_of_handles_is_told_what_happens_to_a_fifo_that_is_marked)
{
  BOOST_TEST(told(init_flags::report_fid, fifo) == (event_mask::open | event_mask::access |
                                                    event_mask::modify | event_mask::close_write));
}

BOOST_AUTO_TEST_CASE(X48_and_of_its_directory_only_that_it_was_opened_and_closed)
{
  BOOST_TEST(told(init_flags::report_fid, fs.path()) ==
             (event_mask::open | event_mask::close_write));
}

BOOST_AUTO_TEST_SUITE_END()

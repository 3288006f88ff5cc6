// A. What happens to files is told: by every kind of mark, with descriptors and with handles.

#include "support/scenario.hpp"

#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;

namespace {

constexpr auto everything =
    event_mask::access | event_mask::modify | event_mask::open | event_mask::close;

struct basic_delivery_fixture : test::scenario
{
  test::private_filesystem fs;
  std::filesystem::path file = fs.write("file");

  void open_read_close() const
  {
    const fanio::unique_fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    char byte = 0;
    BOOST_REQUIRE(::read(fd.get(), &byte, 1) == 1);
  }

  /// Once for each kind of mark, and each with a group that reports fds and one of handles.
  template <typename Row>
  void everywhere(Row&& row)
  {
    for (const auto target : test::file_targets)
    {
      for (const auto flags : {init_flags::class_notif, init_flags::report_fid})
      {
        BOOST_TEST_CONTEXT(to_string(target) << " mark, " << to_string(flags))
        {
          auto group = open(flags);
          row(group, target);
        }
      }
    }
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(basic_delivery, basic_delivery_fixture,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(A01_opening_reading_and_closing_are_told)
{
  everywhere(
      [&](fanotify_handle& group, mark_target target)
      {
        group.add_mark(file, everything, target);
        open_read_close();

        const auto events = drain(group);

        BOOST_TEST(test::merged(events) ==
                   (event_mask::open | event_mask::access | event_mask::close_nowrite));
        for (const auto& e : events)
        {
          BOOST_TEST(e.pid() == ::getpid());
          BOOST_TEST((e.fd() < 0) == has_any(group.flags(), init_flags::report_fid));
        }
      });
}

BOOST_AUTO_TEST_SUITE_END()

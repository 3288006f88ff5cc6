// X. Which bytes are asked for before they are accessed, and of whom nothing is asked.

#include "support/guarded_file.hpp"

#include <functional>

#include <sys/wait.h>

namespace utf = boost::unit_test;
using fanio::access_range;
using fanio::event_mask;
using fanio::event_view;
using fanio::response;

namespace {

struct access_ranges_fixture : test::guarded_file
{
  /// What is asked for when a process with the file open does this. It must succeed.
  std::vector<access_range> asked(const std::function<bool(int)>& act)
  {
    auto group = open(pre_content);
    group.add_mark(file, event_mask::pre_access);
    test::forked process(
        [&]
        {
          const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
          return fd >= 0 && act(fd) ? 0 : 1;
        });
    std::vector<access_range> ranges;
    for (const auto& e : serve(group, process, [](const event_view&) { return response::allow(); }))
    {
      BOOST_TEST(e.mask() == event_mask::pre_access);
      ranges.push_back(e.range().value());
    }
    BOOST_TEST(process.result() == 0);
    return ranges;
  }

  /// What a process is asked that reads from a descriptor which it had before the mark.
  std::size_t asked_of_an_old_descriptor(const fanio::group_options& options, event_mask mask)
  {
    auto group = open(options);
    test::forked process(
        [&]
        {
          const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
          ::raise(SIGSTOP);
          char byte = 0;
          return ::read(fd, &byte, 1) == 1 ? 0 : 1;
        });
    ::waitpid(process.pid(), nullptr, WUNTRACED);
    group.add_mark(file, mask);
    ::kill(process.pid(), SIGCONT);
    const auto events =
        serve(group, process, [](const event_view&) { return response::allow(); }).size();
    BOOST_TEST(process.result() == 0);
    return events;
  }
};

constexpr std::uint64_t page = 4096;

using ranges = std::vector<access_range>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(access_ranges, access_ranges_fixture,
                         *utf::precondition(test::is_privileged) *
                             utf::precondition(test::has<event_mask::pre_access>))

BOOST_AUTO_TEST_CASE(X42_a_descriptor_from_before_the_mark_is_asked_nothing)
{
  BOOST_TEST(asked_of_an_old_descriptor(content, event_mask::access_perm) == 0);
  BOOST_TEST(asked_of_an_old_descriptor(pre_content, event_mask::pre_access) == 0);
}

BOOST_AUTO_TEST_CASE(X43_a_write_across_pages_asks_for_all_that_it_touches)
{
  const auto write = [](int fd) { return ::pwrite(fd, "0123456789", 10, 8190) == 10; };
  BOOST_TEST((asked(write) == ranges{{.offset = page, .count = 2 * page}}));
}

BOOST_AUTO_TEST_CASE(X43_cutting_at_the_end_of_a_page_asks_for_no_bytes)
{
  const auto cut = [](int fd) { return ::ftruncate(fd, 2 * page) == 0; };
  BOOST_TEST((asked(cut) == ranges{{.offset = 2 * page, .count = 0}}));
}

BOOST_AUTO_TEST_CASE(X43_reading_nothing_asks_for_no_bytes)
{
  const auto read = [](int fd)
  {
    char byte = 0;
    return ::pread(fd, &byte, 0, 0) == 0;
  };
  BOOST_TEST((asked(read) == ranges{{.offset = 0, .count = 0}}));
}

BOOST_AUTO_TEST_SUITE_END()

// B. Pre-content events: what is about to be read or written is asked for, with its range.

#include "support/file_scenario.hpp"

#include <sys/mman.h>

namespace utf = boost::unit_test;
using boost::test_tools::per_element;
using fanio::access_range;
using fanio::error_code;
using fanio::event;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::init_flags;
using fanio::response;

namespace {

using masks = std::vector<event_mask>;

const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
constexpr std::uint64_t pages = 128;

access_range page_range(std::uint64_t first, std::uint64_t count)
{
  return {.offset = first * page, .count = count * page};
}

std::vector<access_range> ranges(const std::vector<event>& events)
{
  std::vector<access_range> result;
  for (const auto& e : events)
  {
    if (const auto range = e.range())
    {
      result.push_back(*range);
    }
  }
  return result;
}

response allow_all(const event&)
{
  return response::allow();
}

/// Maps two pages in the midst of the file; the place, or MAP_FAILED and errno.
void* map_two_pages(int fd)
{
  return ::mmap(nullptr, 2 * page, PROT_READ, MAP_PRIVATE, fd, static_cast<off_t>(100 * page));
}

struct pre_content_fixture : test::file_scenario
{
  pre_content_fixture() { std::filesystem::resize_file(file, pages * page); }

  /// Asks for opening and for contents, once for each kind of mark.
  template <typename Row>
  void with_every_mark(Row&& row)
  {
    for (const auto target : test::file_targets)
    {
      BOOST_TEST_CONTEXT(to_string(target) << " mark")
      {
        auto group = open(init_flags::class_pre_content);
        group.add_mark(file, event_mask::open_perm | event_mask::pre_access, target);
        row(group);
      }
    }
  }

  /// Maps, writes and reads the file, and executes the program; 0, or the errno.
  static int use_all(const std::filesystem::path& file, const std::filesystem::path& program)
  {
    const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    char byte = 'w';
    if (map_two_pages(fd) == MAP_FAILED || ::pwrite(fd, &byte, 1, 0) != 1 ||
        ::pread(fd, &byte, 1, 0) != 1)
    {
      return errno;
    }
    return test::execute(program);
  }

  /// Executes the program while it is open for writing; 0, or the errno.
  static int execute_open_for_writing(const std::filesystem::path& program)
  {
    static_cast<void>(::open(program.c_str(), O_WRONLY | O_CLOEXEC));
    return test::execute(program);
  }

  std::filesystem::path program = test::copy_program(fs / "program");
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(pre_content, pre_content_fixture,
                         *utf::precondition(test::is_privileged) *
                             utf::precondition(test::has<event_mask::pre_access>))

BOOST_AUTO_TEST_CASE(B08_a_mapping_asks_for_the_pages_that_it_maps)
{
  with_every_mark(
      [&](fanotify_handle& group)
      {
        test::forked user(
            [&]
            {
              const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
              return map_two_pages(fd) == MAP_FAILED ? errno : 0;
            });
        const auto events = serve(group, user, allow_all);
        BOOST_TEST(test::masks(events) == (masks{event_mask::open_perm, event_mask::pre_access}),
                   per_element());
        BOOST_TEST((ranges(events) == std::vector{page_range(100, 2)}));
        BOOST_TEST(user.result() == 0);
      });
}

BOOST_AUTO_TEST_CASE(B09_a_write_asks_for_its_page_and_not_for_the_buffer_that_it_faults_in)
{
  with_every_mark(
      [&](fanotify_handle& group)
      {
        test::forked user(
            [&]
            {
              const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
              // A mapping that fails is an address that can't be read: EFAULT.
              return ::pwrite(fd, map_two_pages(fd), 1, static_cast<off_t>(page)) == 1 ? 0 : errno;
            });
        const auto events = serve(group, user, allow_all);
        BOOST_TEST(test::masks(events) == (masks{event_mask::open_perm, event_mask::pre_access,
                                                 event_mask::pre_access}),
                   per_element());
        BOOST_TEST((ranges(events) == std::vector{page_range(100, 2), page_range(1, 1)}));
        BOOST_TEST(user.result() == 0);
      });
}

BOOST_AUTO_TEST_CASE(B10_a_reader_gets_the_error_that_it_is_denied_with)
{
  with_every_mark(
      [&](fanotify_handle& group)
      {
        test::forked user(
            [&]
            {
              const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
              char byte = 0;
              return ::pread(fd, &byte, 1, 0) < 0 ? errno : 0;
            });
        serve(group, user,
              [](const event& e)
              {
                return e.mask() == event_mask::pre_access ? response::deny(EIO) : response::allow();
              });
        BOOST_TEST(user.result() == EIO);
      });
}

BOOST_AUTO_TEST_CASE(B11_an_execution_fails_with_the_error_that_its_opening_is_denied_with)
{
  for (const auto target : test::file_targets)
  {
    BOOST_TEST_CONTEXT(to_string(target) << " mark")
    {
      auto group = open(init_flags::class_pre_content);
      group.add_mark(program, event_mask::open_perm | event_mask::pre_access, target);
      test::executor user(program);
      const auto events = serve(group, user, [](const event&) { return response::deny(EBUSY); });
      BOOST_TEST(test::masks(events) == masks{event_mask::open_perm}, per_element());
      BOOST_TEST(user.result() == EBUSY);
    }
  }
}

BOOST_AUTO_TEST_CASE(B13_a_directory_asks_for_the_contents_of_its_children)
{
  auto group = open(init_flags::class_pre_content);
  group.add_mark(fs.path(), event_mask::pre_access | event_mask::event_on_child);
  test::forked user([&] { return use_all(file, program); });
  const auto events = serve(group, user, allow_all);
  const auto asked = ranges(events);
  // First the three of the file, then those of the program.
  BOOST_REQUIRE(asked.size() > 3);
  BOOST_TEST((asked[0] == page_range(100, 2)));
  BOOST_TEST((asked[1] == page_range(0, 1)));
  BOOST_TEST((asked[2] == page_range(0, 1)));
  BOOST_TEST(test::merged(events) == event_mask::pre_access);
  BOOST_TEST(user.result() == 0);
}

BOOST_AUTO_TEST_CASE(B13_without_event_on_child_a_directory_asks_nothing)
{
  auto group = open(init_flags::class_pre_content);
  group.add_mark(fs.path(), event_mask::pre_access);
  test::forked user([&] { return use_all(file, program); });
  BOOST_TEST(serve(group, user, [](const event&) { return response::deny(); }).empty());
  BOOST_TEST(user.result() == 0);
}

BOOST_AUTO_TEST_CASE(B14_a_watched_program_is_executed_while_it_is_open_for_writing)
{
  auto group = open(init_flags::class_pre_content);
  group.add_mark(program, event_mask::pre_access);
  test::forked user([&] { return execute_open_for_writing(program); });
  const auto events = serve(group, user, allow_all);
  BOOST_TEST(events.size() > 1);
  BOOST_TEST(test::merged(events) == event_mask::pre_access);
  BOOST_TEST(user.result() == 0);
}

BOOST_AUTO_TEST_CASE(B14_an_unwatched_program_is_not_executed_while_it_is_open_for_writing)
{
  test::forked user([&] { return execute_open_for_writing(program); });
  BOOST_TEST(user.result() == ETXTBSY);
}

BOOST_AUTO_TEST_CASE(B15_the_listener_makes_no_events_by_filling_in_the_contents)
{
  auto group = open({.flags = init_flags::class_pre_content,
                     .event_files = fanio::file_flags::rdwr | fanio::file_flags::largefile});
  group.add_mark(file, event_mask::pre_access | event_mask::access | event_mask::modify);
  test::forked user(
      [&]
      {
        const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
        char byte = 0;
        if (::pread(fd, &byte, 1, 0) != 1)
        {
          return errno;
        }
        return byte == 'w' ? 0 : EINVAL; // what the listener filled in
      });
  {
    const auto events = await(group);
    BOOST_REQUIRE(events.size() == 1);
    char byte = 'w';
    BOOST_TEST(::pwrite(events.front().fd(), &byte, 1, 0) == 1);
    BOOST_TEST(::pread(events.front().fd(), &byte, 1, 0) == 1);
    BOOST_TEST(group.queued() == 0);
    group.respond(events.front(), response::allow());
  }
  BOOST_TEST(user.result() == 0);
  BOOST_TEST(test::masks(drain(group)) == masks{event_mask::access}, per_element());
}

namespace {

/// By each kind of mark.
void check_refused(fanotify_handle group, const std::filesystem::path& file)
{
  for (const auto target : test::file_targets)
  {
    error_code ec;
    group.add_mark(file, event_mask::pre_access, ec, target);
    BOOST_TEST(ec == fanio::errc::filesystem_without_pre_access);
    BOOST_TEST((ec == boost::system::errc::operation_not_supported));
  }
}

} // namespace

BOOST_AUTO_TEST_CASE(B16_tmpfs_has_no_pre_content_events)
{
  const auto other = test::private_tmpfs();
  check_refused(open(init_flags::class_pre_content), other.write("file"));
}

BOOST_AUTO_TEST_CASE(B16_overlayfs_has_no_pre_content_events)
{
  const test::private_overlay other;
  check_refused(open(init_flags::class_pre_content), other / "upper");
}

BOOST_AUTO_TEST_CASE(B16_fuse_has_no_pre_content_events,
                     *utf::precondition(test::has_program("bindfs")))
{
  const auto source = directory.write("file");
  const auto other = test::private_fuse(source.parent_path());
  check_refused(open(init_flags::class_pre_content), other / "file");
}

BOOST_AUTO_TEST_SUITE_END()

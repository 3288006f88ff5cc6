// X. What one read brings: never a part of an event, and never less than the kernel wrote.

#include "support/guarded_file.hpp"
#include <fanio/detail/wire.hpp>
#include <fanio/error.hpp>

#include <string>

#include <sys/mman.h>

namespace utf = boost::unit_test;
namespace wire = fanio::detail::wire;
using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::init_flags;

namespace {

struct reading_limits_fixture : test::scenario
{
  /// Opens so many files of their own, each an event.
  void open_files(int count) const
  {
    for (int i = 0; i < count; ++i)
    {
      test::try_open(fs.write("file" + std::to_string(i)));
    }
  }

  // Its handles are 12 bytes long, which is no multiple of 8.
  test::mount_point fs = test::private_tmpfs();
};

/// Two pages, of which only the first can be written.
class page_before_a_hole
{
public:
  page_before_a_hole()
      : pages_(static_cast<std::byte*>(::mmap(nullptr, 2 * size(), PROT_READ | PROT_WRITE,
                                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)))
  {
    ::mprotect(pages_ + size(), size(), PROT_NONE);
  }

  page_before_a_hole(const page_before_a_hole&) = delete;
  page_before_a_hole& operator=(const page_before_a_hole&) = delete;

  ~page_before_a_hole() { ::munmap(pages_, 2 * size()); }

  /// The last bytes before the hole.
  [[nodiscard]] std::byte* last(std::size_t bytes) const { return pages_ + size() - bytes; }

private:
  static std::size_t size() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

  std::byte* pages_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(reading_limits, reading_limits_fixture,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(X01_an_event_that_does_not_fit_stays_queued)
{
  auto group = open(init_flags::class_notif);
  group.add_mark(fs.path(), event_mask::open, fanio::mark_target::filesystem);
  open_files(1);
  for (const std::size_t bytes : {0U, 1U, 23U})
  {
    buffer.emplace(bytes);
    error_code ec;
    BOOST_TEST(read(group, ec).empty());
    BOOST_TEST(ec == errc::buffer_too_small);
    BOOST_TEST((ec == boost::system::errc::invalid_argument));
    BOOST_TEST(group.queued() == 1);
  }
  buffer.emplace(24);
  BOOST_TEST(read(group).size() == 1);
}

BOOST_AUTO_TEST_CASE(X02_a_buffer_for_one_event_and_a_half_brings_one_and_loses_none)
{
  auto group = open(init_flags::class_notif);
  group.add_mark(fs.path(), event_mask::close_nowrite, fanio::mark_target::filesystem);
  open_files(5);
  BOOST_TEST(group.queued() == 5);
  buffer.emplace(36);
  for (std::size_t left = 5; left > 0; --left)
  {
    BOOST_TEST(group.queued() == left);
    BOOST_TEST(read(group).size() == 1);
  }
  BOOST_TEST(group.queued() == 0);
}

BOOST_AUTO_TEST_CASE(X03_events_are_aligned_to_four_bytes_only)
{
  auto group = open(init_flags::report_dfid_name);
  group.add_mark(fs.path(), event_mask::create);
  fs.write("a");
  fs.write("b");

  const auto events = read(group);

  BOOST_REQUIRE(events.size() == 2);
  BOOST_TEST(events[0].bytes().size() == 60); // so the next begins at 4 modulo 8
  BOOST_TEST(events[0].name().value() == "a");
  BOOST_TEST(events[1].name().value() == "b");
  BOOST_TEST(events[1].mask() == event_mask::create);
  BOOST_TEST(events[1].pid() == ::getpid());
}

BOOST_AUTO_TEST_CASE(X04_the_longest_name_is_whole)
{
  auto group = open(init_flags::report_dfid_name_target);
  group.add_mark(fs.path(), event_mask::create);
  const std::string longest(255, 'n');
  fs.write(longest);

  const auto events = read(group);

  BOOST_REQUIRE(events.size() == 1);
  BOOST_TEST(events[0].name().value() == longest);
  BOOST_TEST(events[0].fid().has_value());
  BOOST_TEST(events[0].bytes().size() == 344);
  for (const auto record : events[0].records())
  {
    BOOST_TEST(record.bytes().size() % 4 == 0);
  }
}

BOOST_AUTO_TEST_CASE(X09_with_fd_error_a_group_of_handles_has_ebadf_for_a_descriptor,
                     *utf::precondition(test::has<init_flags::report_fd_error>))
{
  auto group = open(init_flags::report_fid | init_flags::report_fd_error);
  group.add_mark(fs.path(), event_mask::open, fanio::mark_target::filesystem);
  open_files(3);

  const auto events = drain(group);

  BOOST_TEST(events.size() == 3);
  for (const auto& e : events)
  {
    BOOST_TEST(wire::load<std::int32_t>(e.bytes().data() + wire::event::fd) == -EBADF);
    BOOST_TEST(e.fd() == -1);
    BOOST_TEST(!e.lost()); // such an event was never to have one
  }
}

// Why every read goes into memory that fanio has made itself.
BOOST_AUTO_TEST_CASE(X11_a_read_into_bad_memory_leaks_the_descriptors_of_the_events_before)
{
  auto group = open(init_flags::class_notif);
  group.add_mark(fs.path(), event_mask::open, fanio::mark_target::filesystem);
  open_files(2);
  const page_before_a_hole memory;
  constexpr std::size_t one_event = wire::event::size;
  const auto before = test::open_descriptors();

  const auto bytes =
      ::read(group.native_handle(), memory.last(one_event + one_event / 2), 2 * one_event);

  BOOST_TEST(bytes == -1);
  BOOST_TEST(errno == EFAULT);
  auto leaked = test::open_descriptors();
  std::erase_if(leaked, [&](const auto& one) { return before.contains(one.first); });
  BOOST_TEST(leaked.size() == 1);
  for (const auto& [fd, what] : leaked)
  {
    BOOST_TEST(what == (fs / "file0").string());
    ::close(fd);
  }
}

BOOST_AUTO_TEST_SUITE_END()

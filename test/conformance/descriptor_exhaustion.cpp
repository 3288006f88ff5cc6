// X. What becomes of events whose descriptor can't be made.

#include "support/full_descriptor_table.hpp"
#include "support/guarded_file.hpp"
#include <fanio/detail/wire.hpp>
#include <fanio/error.hpp>

#include <string>

#include <sys/fanotify.h>

namespace utf = boost::unit_test;
namespace wire = fanio::detail::wire;
using fanio::error_code;
using fanio::event_mask;
using fanio::fanotify_handle;
using fanio::file_flags;
using fanio::group_options;
using fanio::init_flags;

namespace {

constexpr group_options silent{.report_lost_events = false};

error_code lost_for(int error)
{
  return {error, fanio::lost_event_category()};
}

struct descriptor_exhaustion_fixture : test::guarded_file
{
  /// Three files were opened, each an event.
  fanotify_handle group_with_three_events(const group_options& options)
  {
    auto group = open(options);
    for (const auto* const name : {"1", "2", "3"})
    {
      const auto one = fs.write(name);
      group.add_mark(one, event_mask::open);
      test::try_open(one);
    }
    BOOST_REQUIRE(group.queued() == 3);
    return group;
  }

  /// A program on the filesystem that is being executed, and so can't be written.
  struct running_program
  {
    explicit running_program(const test::mount_point& fs) : path(fs / "program")
    {
      std::filesystem::copy_file("/bin/sh", path);
      process.emplace(std::vector<std::string>{path, "-c", "echo runs; kill -STOP $$"});
      BOOST_REQUIRE(process->read_line(test::child::out) == "runs");
    }

    std::filesystem::path path;
    std::optional<test::child> process;
  };
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(descriptor_exhaustion, descriptor_exhaustion_fixture,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(X05_without_fd_error_the_read_fails_and_its_event_is_gone)
{
  auto group = group_with_three_events(silent);
  error_code ec;
  {
    const test::full_descriptor_table full;
    BOOST_TEST(read(group, ec).empty());
  }
  BOOST_TEST((ec == lost_for(EMFILE)));
  BOOST_TEST(group.queued() == 2);
  BOOST_TEST(read(group).size() == 2);
}

BOOST_AUTO_TEST_CASE(X07_with_fd_error_every_event_comes_and_says_what_it_lacks,
                     *utf::precondition(test::has<init_flags::report_fd_error>))
{
  auto group = group_with_three_events({});
  std::vector<fanio::event> events;
  {
    test::full_descriptor_table full;
    full.free_one();
    events = read(group);
  }
  BOOST_REQUIRE(events.size() == 3);
  BOOST_TEST(events[0].fd() >= 0);
  BOOST_TEST(!events[0].lost());
  for (const auto i : {1U, 2U})
  {
    BOOST_TEST(wire::load<std::int32_t>(events[i].bytes().data() + wire::event::fd) == -EMFILE);
    BOOST_TEST(events[i].fd() == -1);
    BOOST_TEST((events[i].lost() == lost_for(EMFILE)));
  }
}

BOOST_AUTO_TEST_CASE(X08_without_fd_error_a_request_without_descriptor_is_denied_unseen)
{
  auto group = guard({.flags = init_flags::class_content, .report_lost_events = false});
  test::opener asker(file);
  await_queued(group, 1);
  error_code ec;
  {
    const test::full_descriptor_table full;
    BOOST_TEST(read(group, ec).empty());
  }
  BOOST_TEST((ec == lost_for(EMFILE)));
  BOOST_TEST(asker.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(X08_with_fd_error_it_is_denied_and_seen_and_can_not_be_answered,
                     *utf::precondition(test::has<init_flags::report_fd_error>))
{
  auto group = guard();
  test::opener asker(file);
  await_queued(group, 1);
  std::vector<fanio::event> events;
  {
    const test::full_descriptor_table full;
    events = read(group);
  }
  BOOST_REQUIRE(events.size() == 1);
  BOOST_TEST((events[0].lost() == lost_for(EMFILE)));
  BOOST_TEST(!events[0].needs_response());
  const fanotify_response allow{.fd = -EMFILE, .response = FAN_ALLOW};
  BOOST_TEST(test::write_raw(group, allow) == -EINVAL);
  BOOST_TEST(asker.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(X10_what_is_being_executed_can_not_be_opened_for_writing)
{
  const running_program program(fs);
  auto group = open({.event_files = file_flags::rdwr, .report_lost_events = false});
  group.add_mark(program.path, event_mask::open);
  group.add_mark(file, event_mask::open);
  test::try_open(program.path);
  test::try_open(file);

  error_code ec;
  BOOST_TEST(read(group, ec).empty());
  BOOST_TEST((ec == lost_for(ETXTBSY)));
  BOOST_TEST(read(group).size() == 1); // that of the other file
}

BOOST_AUTO_TEST_CASE(X10_with_fd_error_such_an_event_comes_without_a_descriptor,
                     *utf::precondition(test::has<init_flags::report_fd_error>))
{
  const running_program program(fs);
  auto group = open({.event_files = file_flags::rdwr});
  group.add_mark(program.path, event_mask::open);
  test::try_open(program.path);

  const auto events = read(group);

  BOOST_REQUIRE(events.size() == 1);
  BOOST_TEST(events[0].mask() == event_mask::open);
  BOOST_TEST((events[0].lost() == lost_for(ETXTBSY)));
}

BOOST_AUTO_TEST_SUITE_END()

// Reading a group, and the end of what was read, without a kernel: bytes and answers go through a
// socket.

#include "support/descriptors.hpp"
#include "support/fake_group.hpp"
#include "support/fd_census.hpp"
#include "support/forked.hpp"
#include "support/printing.hpp"
#include <fanio/detail/buffer_state.hpp>
#include <fanio/error.hpp>
#include <fanio/event.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <utility>

#include <unistd.h>

using fanio::errc;
using fanio::error_code;
using fanio::event;
using fanio::event_mask;
using fanio::event_view;
using fanio::init_flags;
using fanio::verdict;
using fanio::detail::buffer_state;
using test::event_bytes;
using test::fake_group;
using test::is_open;
using test::messages;
using test::open_something;

namespace asio = boost::asio;

namespace {

/// What a system call that answers `fd` with a bare verdict writes.
test::byte_vector answer(int fd, verdict v)
{
  test::byte_vector bytes(8);
  test::poke(bytes, 0, fd);
  test::poke(bytes, 4, v);
  return bytes;
}

/// Reads what was put into a group; fails the test if that is refused.
void read(const fake_group& group, buffer_state& buffer)
{
  error_code ec = errc::already_open; // which success must clear
  group->read(buffer, ec);
  BOOST_TEST(!ec, ec.message());
}

/// A permission group that asks this process too.
constexpr fanio::permission_policy ask_everybody{.allow_own_process = false};

} // namespace

BOOST_FIXTURE_TEST_SUITE(group_states, test::fd_census)

BOOST_AUTO_TEST_CASE(an_empty_queue_would_block)
{
  const fake_group group(init_flags::class_notif);
  buffer_state buffer(4096);
  error_code ec;
  group->read(buffer, ec);
  BOOST_TEST(ec == asio::error::would_block);
  BOOST_TEST(buffer.events().empty());
}

BOOST_AUTO_TEST_CASE(what_was_read_is_there_until_the_buffer_is_cleared)
{
  const fake_group group(init_flags::report_dir_fid);
  buffer_state buffer(4096);
  const auto one = event_bytes(event_mask::open).fid(test::make_handle(2)).bytes();
  group.put(test::join({one, one}));
  read(group, buffer);
  BOOST_TEST(buffer.events().size() == 2U);
  BOOST_TEST((buffer.events().front().dfid() == test::make_handle(2))); // the group's flags count
  buffer.clear();
  BOOST_TEST(buffer.events().empty());
}

BOOST_AUTO_TEST_CASE(clearing_closes_descriptors_and_pidfds)
{
  const fake_group group(init_flags::report_pidfd);
  buffer_state buffer(4096);
  const int fd = open_something();
  const int pidfd = open_something();
  const int lonely_pidfd = open_something();
  group.put(test::join({event_bytes(event_mask::open).fd(fd).pidfd(pidfd).bytes(),
                        event_bytes(event_mask::open).fd(-EMFILE).pidfd(lonely_pidfd).bytes()}));
  read(group, buffer);
  BOOST_TEST(buffer.events().front().fd() == fd);
  BOOST_TEST(buffer.events().front().pidfd() == pidfd);
  buffer.clear();
  BOOST_TEST(!is_open(fd));
  BOOST_TEST(!is_open(pidfd));
  BOOST_TEST(!is_open(lonely_pidfd));
}

BOOST_AUTO_TEST_CASE(destroying_closes)
{
  const fake_group group(init_flags::class_notif);
  const int fd = open_something();
  {
    buffer_state buffer(4096);
    group.put(event_bytes(event_mask::open).fd(fd).bytes());
    read(group, buffer);
    BOOST_TEST(is_open(fd));
  }
  BOOST_TEST(!is_open(fd));
}

BOOST_AUTO_TEST_CASE(what_was_taken_is_the_takers)
{
  const fake_group group(init_flags::report_pidfd);
  buffer_state buffer(4096);
  group.put(event_bytes(event_mask::open).fd(open_something()).pidfd(open_something()).bytes());
  read(group, buffer);
  const auto e = buffer.events().front();
  error_code ec = errc::already_open;
  const auto fd = e.take_fd(ec);
  BOOST_TEST(!ec);
  const auto pidfd = e.take_pidfd();
  BOOST_TEST(e.fd() == -1);
  BOOST_TEST(e.pidfd() == -1);
  BOOST_TEST(!e.take_fd(ec));
  BOOST_TEST(ec == asio::error::bad_descriptor);
  BOOST_TEST(!e.take_pidfd());
  buffer.clear();
  BOOST_TEST(is_open(fd.get()));
  BOOST_TEST(is_open(pidfd.get()));
}

// The number must stay taken until the answer is sent.
BOOST_AUTO_TEST_CASE(of_an_unanswered_request_a_duplicate_is_taken)
{
  const fake_group group(init_flags::class_content, ask_everybody);
  buffer_state buffer(4096);
  const int number = open_something();
  group.put(event_bytes(event_mask::open_perm).fd(number).bytes());
  read(group, buffer);
  const auto e = buffer.events().front();
  const auto fd = e.take_fd();
  BOOST_TEST(fd.get() != number);
  BOOST_TEST(e.fd() == number);
  BOOST_TEST(e.needs_response());
}

BOOST_AUTO_TEST_CASE(an_event_taken_out_is_no_longer_the_buffers)
{
  const fake_group group(init_flags::class_content, ask_everybody);
  buffer_state buffer(4096);
  const int fd = open_something();
  group.put(event_bytes(event_mask::open_perm).fd(fd).bytes());
  read(group, buffer);
  event taken = buffer.events().front().take();
  BOOST_TEST(!buffer.events().front().needs_response());
  BOOST_TEST(buffer.events().front().fd() == -1);
  buffer.clear();
  BOOST_TEST(is_open(fd));
  BOOST_TEST(group.answers().empty());

  event moved(std::move(taken));
  BOOST_TEST(moved.needs_response());
  BOOST_TEST(moved.fd() == fd);
  moved.reset();
  BOOST_TEST(!is_open(fd));
  BOOST_TEST((group.answers() == messages{answer(fd, verdict::allow)}));
}

BOOST_AUTO_TEST_CASE(the_events_before_a_malformed_one_are_owned)
{
  const fake_group group(init_flags::class_content, ask_everybody);
  buffer_state buffer(4096);
  const int fd = open_something();
  auto bad = event_bytes(event_mask::open_perm).bytes();
  test::poke(bad, 0, std::uint32_t{4});
  group.put(test::join({event_bytes(event_mask::open_perm).fd(fd).bytes(), bad}));
  error_code ec;
  group->read(buffer, ec);
  BOOST_TEST(ec == errc::malformed_event);
  BOOST_TEST(buffer.events().size() == 1U);
  buffer.clear();
  BOOST_TEST(!is_open(fd));
  BOOST_TEST((group.answers() == messages{answer(fd, verdict::allow)}));
}

BOOST_AUTO_TEST_CASE(an_unknown_version_is_told)
{
  const fake_group group(init_flags::class_notif);
  buffer_state buffer(4096);
  group.put(event_bytes(event_mask::open).version(4).bytes());
  error_code ec;
  group->read(buffer, ec);
  BOOST_TEST(ec == errc::unsupported_version);
  BOOST_TEST(buffer.events().empty());
}

BOOST_AUTO_TEST_CASE(what_ends_unanswered_gets_the_default_verdict)
{
  for (const auto v : {verdict::allow, verdict::deny})
  {
    const fake_group group(init_flags::class_content,
                           {.default_verdict = v, .allow_own_process = false});
    buffer_state buffer(4096);
    const int fd = open_something();
    group.put(event_bytes(event_mask::open_perm).fd(fd).bytes());
    read(group, buffer);
    BOOST_TEST(group->unanswered() == 1U);
    BOOST_TEST(group.answers().empty());
    buffer.clear();
    BOOST_TEST(group->unanswered() == 0U);
    BOOST_TEST((group.answers() == messages{answer(fd, v)}));
  }
}

// The library must not count beyond it.
BOOST_AUTO_TEST_CASE(the_highest_number_of_a_descriptor_is_one)
{
  constexpr auto highest = std::numeric_limits<int>::max();
  const fake_group group(init_flags::class_notif);
  buffer_state buffer(4096);
  group.put(test::join({event_bytes(event_mask::open).fd(highest - 1).bytes(),
                        event_bytes(event_mask::open).fd(highest).bytes()}));
  read(group, buffer);
  BOOST_TEST(buffer.events().size() == 2U);
  buffer.clear(); // no such descriptor is open, and that is all that happens
}

BOOST_AUTO_TEST_CASE(a_request_of_this_process_is_allowed_by_the_read)
{
  const fake_group group(init_flags::class_content, {.default_verdict = verdict::deny});
  buffer_state buffer(4096);
  const int own = open_something();
  const int other = open_something();
  group.put(test::join({event_bytes(event_mask::open_perm).fd(own).pid(::getpid()).bytes(),
                        event_bytes(event_mask::open_perm).fd(other).pid(1).bytes()}));
  read(group, buffer);
  BOOST_TEST((group.answers() == messages{answer(own, verdict::allow)}));
  BOOST_TEST(group->unanswered() == 1U);
  BOOST_TEST(!buffer.events().front().needs_response());
  BOOST_TEST(buffer.events().front().fd() == own);
  buffer.clear();
  BOOST_TEST(!is_open(own));
  BOOST_TEST((group.answers() == messages{answer(other, verdict::deny)}));
}

// The kernel has denied it itself, and told no number that could be answered.
BOOST_AUTO_TEST_CASE(a_lost_request_is_not_answered)
{
  const fake_group group(init_flags::class_content, ask_everybody);
  buffer_state buffer(4096);
  group.put(event_bytes(event_mask::open_perm).fd(-EMFILE).bytes());
  read(group, buffer);
  BOOST_TEST(group->unanswered() == 0U);
  buffer.clear();
  BOOST_TEST(group.answers().empty());
}

BOOST_AUTO_TEST_CASE(a_group_that_ends_answers_what_was_read_and_nothing_after_that)
{
  for (const auto v : {verdict::allow, verdict::deny})
  {
    const fake_group group(init_flags::class_content,
                           {.default_verdict = v, .allow_own_process = false});
    buffer_state buffer(4096);
    const int fd = open_something();
    group.put(event_bytes(event_mask::open_perm).fd(fd).bytes());
    read(group, buffer);
    group->end();
    BOOST_TEST((group.answers() == messages{answer(fd, v)}));
    BOOST_TEST(is_open(fd));
    buffer.clear();
    BOOST_TEST(group.answers().empty());
    BOOST_TEST(!is_open(fd));
  }
}

BOOST_AUTO_TEST_CASE(an_ended_group_is_read_no_more)
{
  const fake_group group(init_flags::class_notif);
  buffer_state buffer(4096);
  group.put(event_bytes(event_mask::open).bytes());
  group->end();
  error_code ec;
  group->read(buffer, ec);
  BOOST_TEST(ec == asio::error::operation_aborted);
  BOOST_TEST(buffer.events().empty());
}

// Threads that were inside are not in the child.
BOOST_AUTO_TEST_CASE(a_forked_child_waits_for_none_of_its_parents_threads)
{
  const fake_group group(init_flags::class_content);
  const fanio::detail::gate_pass inside(group->users());
  test::forked child(
      [&]
      {
        group->let_go();
        return 0;
      });
  BOOST_TEST(child.result() == 0);
}

BOOST_AUTO_TEST_CASE(a_group_that_was_let_go_is_written_to_no_more)
{
  const fake_group group(init_flags::class_content, ask_everybody);
  buffer_state buffer(4096);
  const int fd = open_something();
  group.put(event_bytes(event_mask::open_perm).fd(fd).bytes());
  read(group, buffer);
  group->let_go();
  buffer.clear();
  BOOST_TEST(group.answers().empty());
  BOOST_TEST(!is_open(fd));
}

BOOST_AUTO_TEST_SUITE_END()

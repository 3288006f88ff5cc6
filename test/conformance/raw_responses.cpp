// X. Which bytes a group takes for an answer, written to its descriptor as they are.

#include "support/guarded_file.hpp"
#include <fanio/error.hpp>

#include <array>
#include <cstdint>

#include <sys/fanotify.h>
#include <sys/syscall.h>

namespace utf = boost::unit_test;
using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::init_flags;
using fanio::response;
using test::write_raw;

namespace {

constexpr std::uint32_t with_audit = 0x10;
constexpr std::uint32_t with_info = 0x20;

constexpr std::uint32_t deny_with(std::uint32_t error)
{
  return FAN_DENY | error << 24;
}

/// An answer that names an audit rule.
struct answer_with_rule
{
  fanotify_response answer{};
  std::uint8_t type = 1; // FAN_RESPONSE_INFO_AUDIT_RULE
  std::uint8_t pad = 0;
  std::uint16_t len = 16;
  std::uint32_t number = 7;
  std::uint32_t subject = 1;
  std::uint32_t object = 1;
};

static_assert(sizeof(answer_with_rule) == 24);

constexpr ssize_t whole_rule = sizeof(answer_with_rule);
constexpr ssize_t whole_answer = sizeof(fanotify_response);

struct raw_responses_fixture : test::guarded_file
{
  /// Copies a descriptor of this process's parent: a child of the tests keeps none.
  static int copy_of_parents(int fd)
  {
    const int parent = static_cast<int>(::syscall(SYS_pidfd_open, ::getppid(), 0));
    return static_cast<int>(::syscall(SYS_pidfd_getfd, parent, fd, 0));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(raw_responses, raw_responses_fixture,
                         *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(X12_one_write_is_one_answer_however_long_it_is)
{
  auto group = guard();
  test::opener first(file);
  auto one = next(group);
  test::opener second(file);
  auto other = next(group);
  const std::array<fanotify_response, 2> both{
      {{.fd = one.fd(), .response = FAN_DENY}, {.fd = other.fd(), .response = FAN_DENY}}};

  BOOST_TEST(write_raw(group, both) == whole_answer);

  BOOST_TEST(first.result() == EPERM);
  group.respond(other, response::allow()); // it had not been answered
  BOOST_TEST(second.result() == 0);
}

BOOST_AUTO_TEST_CASE(X14_an_answer_has_eight_bytes)
{
  auto group = guard();
  test::opener asker(file);
  const auto e = next(group);

  struct
  {
    fanotify_response answer;
    char more[3];
  } const longer{.answer = {.fd = e.fd(), .response = FAN_DENY}, .more = {}};

  for (std::size_t size = 0; size < sizeof(fanotify_response); ++size)
  {
    BOOST_TEST(write_raw(group, longer, size) == -EINVAL);
  }
  BOOST_TEST(!asker.has_ended());
  BOOST_TEST(write_raw(group, longer, 11) == whole_answer);
  BOOST_TEST(asker.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(X15_a_word_that_says_nothing_leaves_the_request_pending)
{
  auto group = guard();
  test::opener asker(file);
  const auto e = next(group);
  for (const std::uint32_t word : {0U, 3U, 4U, 0x41U, FAN_ALLOW | with_audit, deny_with(EBUSY)})
  {
    const fanotify_response answer{.fd = e.fd(), .response = word};
    BOOST_TEST(write_raw(group, answer) == -EINVAL, "word " << word);
  }
  BOOST_TEST(!asker.has_ended());
  group.respond(e, response::deny());
  BOOST_TEST(asker.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(X16_only_the_number_of_a_pending_request_is_answered)
{
  auto group = guard();
  test::opener asker(file);
  const auto e = next(group);
  const auto duplicate = e.take_fd();
  for (const int fd : {duplicate.get(), e.fd() + 100})
  {
    BOOST_TEST(write_raw(group, fanotify_response{.fd = fd, .response = FAN_ALLOW}) == -ENOENT);
  }
  const fanotify_response deny{.fd = e.fd(), .response = FAN_DENY};
  BOOST_TEST(write_raw(group, deny) == whole_answer);
  BOOST_TEST(write_raw(group, deny) == -ENOENT);
  BOOST_TEST(asker.result() == EPERM);

  error_code ec;
  group.respond(e, response::allow(), ec);
  BOOST_TEST(ec == errc::no_such_request);
}

BOOST_AUTO_TEST_CASE(X19_an_audit_rule_is_taken_whole_or_not_at_all)
{
  auto group = guard();
  test::opener asker(file);
  const auto e = next(group);
  const answer_with_rule good{.answer = {.fd = e.fd(), .response = FAN_DENY | with_info}};

  struct
  {
    answer_with_rule rule;
    char more[16];
  } const longer{.rule = good, .more = {}};

  for (const std::size_t size : {8U, 16U, 23U, 25U, 40U})
  {
    BOOST_TEST(write_raw(group, longer, size) == -EINVAL, size << " bytes");
  }
  auto bad = good;
  for (const auto type : {std::uint8_t{0}, std::uint8_t{2}})
  {
    bad.type = type;
    BOOST_TEST(write_raw(group, bad) == -EINVAL);
  }
  bad = good;
  bad.pad = 1;
  BOOST_TEST(write_raw(group, bad) == -EINVAL);
  bad = good;
  bad.len = 12;
  BOOST_TEST(write_raw(group, bad) == -EINVAL);

  BOOST_TEST(!asker.has_ended());
  BOOST_TEST(write_raw(group, good) == whole_rule);
  BOOST_TEST(asker.result() == EPERM);
}

BOOST_AUTO_TEST_CASE(X20_an_answer_to_no_descriptor_tells_whether_its_word_would_be_taken)
{
  auto content_group = guard();
  auto pre_content_group = guard(pre_content);
  auto audited_group = guard({.flags = init_flags::class_content | init_flags::enable_audit});
  const auto takes = [](const auto& group, std::uint32_t word)
  {
    const answer_with_rule probe{.answer = {.fd = FAN_NOFD, .response = word | with_info}};
    const auto written = write_raw(group, probe);
    BOOST_TEST((written == whole_rule || written == -EINVAL));
    return written == whole_rule;
  };
  for (const auto* const group : {&content_group, &pre_content_group, &audited_group})
  {
    BOOST_TEST(takes(*group, FAN_ALLOW));
    BOOST_TEST(takes(*group, FAN_DENY));
    BOOST_TEST(!takes(*group, 0));
    BOOST_TEST(!takes(*group, FAN_ALLOW | FAN_DENY));
    BOOST_TEST(takes(*group, FAN_ALLOW | with_audit) == (group == &audited_group));
    BOOST_TEST(takes(*group, deny_with(EBUSY)) == (group == &pre_content_group));
    BOOST_TEST(!takes(*group, deny_with(ENOENT)));
    // What fanio makes of it.
    BOOST_TEST(group->accepts(response::allow().audit()) == (group == &audited_group));
    BOOST_TEST(group->accepts(response::deny(EBUSY)) == (group == &pre_content_group));
  }
}

BOOST_AUTO_TEST_CASE(X25_whoever_has_the_group_can_answer_by_the_readers_number)
{
  auto group = guard();
  test::opener asker(file);
  const auto e = next(group);
  test::forked other(
      [&]
      {
        const int copy = copy_of_parents(group.native_handle());
        const fanotify_response deny{.fd = e.fd(), .response = FAN_DENY};
        return ::write(copy, &deny, sizeof deny) == whole_answer ? 0 : 1;
      });
  BOOST_TEST(other.result() == 0);
  BOOST_TEST(asker.result() == EPERM);

  error_code ec;
  group.respond(e, response::allow(), ec);
  BOOST_TEST(ec == errc::no_such_request);
}

BOOST_AUTO_TEST_SUITE_END()

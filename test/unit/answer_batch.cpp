// Answers, byte by byte, as a group's descriptor gets them.

#include "support/fake_group.hpp"
#include "support/printing.hpp"
#include <fanio/detail/answer_batch.hpp>
#include <fanio/detail/buffer_state.hpp>
#include <fanio/detail/respond.hpp>
#include <fanio/error.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <bit>
#include <cerrno>
#include <cstddef>
#include <utility>
#include <vector>

using fanio::errc;
using fanio::error_code;
using fanio::event_mask;
using fanio::event_view;
using fanio::init_flags;
using fanio::response;
using fanio::detail::buffer_state;
using test::event_bytes;
using test::fake_group;
using test::from_hex;
using test::messages;

namespace asio = boost::asio;
namespace utf = boost::unit_test;

namespace {

/// A fixture: a group, and requests read from it whose descriptors are numbers that nobody has.
class requests
{
public:
  static constexpr int first_fd = 0x0001'0000;

  fake_group group{init_flags::class_pre_content, {.allow_own_process = false}};
  buffer_state buffer{8192};

  void read(int count, event_mask mask = event_mask::open_perm)
  {
    test::byte_vector bytes;
    for (int i = 0; i < count; ++i)
    {
      const auto one = event_bytes(mask).fd(first_fd + i).bytes();
      bytes.insert(bytes.end(), one.begin(), one.end());
    }
    group.put(bytes);
    error_code ec;
    group->read(buffer, ec);
    BOOST_REQUIRE(!ec);
  }

  /// Answers the first request.
  error_code respond(const response& r)
  {
    error_code ec = errc::already_open; // which success must clear
    fanio::detail::respond(&*group, buffer.events().front(), r, ec);
    return ec;
  }
};

constexpr fanio::audit_rule some_rule{
    .number = 0xabcd, .subject = fanio::audit_trust::yes, .object = fanio::audit_trust::unknown};

} // namespace

BOOST_FIXTURE_TEST_SUITE(answers, requests,
                         *utf::enable_if<std::endian::native == std::endian::little>())

BOOST_AUTO_TEST_CASE(an_answer_is_the_descriptor_and_the_word)
{
  const std::vector<std::pair<response, test::byte_vector>> expected = {
      {response::allow(), from_hex("00000100 01000000")},
      {response::deny(), from_hex("00000100 02000000")},
      {response::deny(EBUSY), from_hex("00000100 02000010")},
      {response::allow().audit(), from_hex("00000100 11000000")},
  };
  for (const auto& [r, bytes] : expected)
  {
    read(1);
    BOOST_TEST(!respond(r));
    BOOST_TEST((group.answers() == messages{bytes}), to_string(r));
    buffer.clear();
  }
}

// The record must follow in the same system call, 24 bytes in all.
BOOST_AUTO_TEST_CASE(an_audit_rule_follows_its_answer)
{
  read(1);
  BOOST_TEST(!respond(response::deny().audit(some_rule)));
  BOOST_TEST((group.answers() ==
              messages{from_hex("00000100 32000000 01001000 cdab0000 01000000 02000000")}));
}

BOOST_AUTO_TEST_CASE(many_answers_take_one_system_call)
{
  read(3);
  const auto decide = [](const event_view& e)
  { return e.fd() == first_fd + 1 ? response::deny().audit(some_rule) : response::allow(); };
  auto events = buffer.events();
  error_code ec;
  BOOST_TEST(fanio::detail::respond_all(&*group, events, decide, ec) == 3U);
  BOOST_TEST(!ec);
  BOOST_TEST(
      (group.answers() == messages{from_hex("00000100 01000000"
                                            "01000100 32000000 01001000 cdab0000 01000000 02000000"
                                            "02000100 01000000")}));
  BOOST_TEST(group->unanswered() == 0U);
}

BOOST_AUTO_TEST_CASE(more_answers_than_a_batch_holds_take_several)
{
  constexpr int count = fanio::detail::answer_batch::capacity + 6;
  read(count);
  auto events = buffer.events();
  auto deny = response::deny();
  error_code ec;
  BOOST_TEST(fanio::detail::respond_all(&*group, events, deny, ec) == std::size_t{count});
  const auto answers = group.answers();
  BOOST_REQUIRE(answers.size() == 2U);
  BOOST_TEST(answers[0].size() == fanio::detail::answer_batch::capacity * 8);
  BOOST_TEST(answers[1].size() == std::size_t{6 * 8});
}

BOOST_AUTO_TEST_CASE(nothing_to_answer_takes_none)
{
  read(2, event_mask::open);
  auto events = buffer.events();
  auto deny = response::deny();
  error_code ec = errc::already_open;
  BOOST_TEST(fanio::detail::respond_all(&*group, events, deny, ec) == 0U);
  BOOST_TEST(!ec);
  BOOST_TEST(group.answers().empty());
}

BOOST_AUTO_TEST_CASE(an_event_is_answered_once)
{
  read(1);
  BOOST_TEST(!respond(response::allow()));
  BOOST_TEST(!buffer.events().front().needs_response());
  BOOST_TEST(respond(response::deny()) == errc::already_answered);
  buffer.clear(); // which would answer what is unanswered
  BOOST_TEST(group.answers().size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_event_that_asks_nothing_can_not_be_answered)
{
  read(1, event_mask::open);
  BOOST_TEST(respond(response::allow()) == errc::not_a_permission_event);
  BOOST_TEST(group.answers().empty());
}

BOOST_AUTO_TEST_CASE(an_event_without_owner_can_not_be_answered)
{
  const auto bytes = event_bytes(event_mask::open_perm).fd(first_fd).bytes();
  error_code ec;
  fanio::detail::respond(&*group, event_view(bytes.data(), nullptr, {}), response::allow(), ec);
  BOOST_TEST(ec == errc::foreign_event);
  BOOST_TEST(group.answers().empty());
}

BOOST_AUTO_TEST_CASE(another_group_can_not_answer)
{
  const fake_group other(init_flags::class_content);
  read(1);
  error_code ec;
  fanio::detail::respond(&*other, buffer.events().front(), response::allow(), ec);
  BOOST_TEST(ec == errc::foreign_event);
  BOOST_TEST(other.answers().empty());
  BOOST_TEST(buffer.events().front().needs_response());
}

BOOST_AUTO_TEST_CASE(an_ended_group_takes_no_answer)
{
  read(1);
  group->let_go();
  BOOST_TEST(respond(response::allow()) == asio::error::bad_descriptor);
  BOOST_TEST(group.answers().empty());
}

BOOST_AUTO_TEST_CASE(no_group_takes_no_answer)
{
  read(1);
  error_code ec;
  fanio::detail::respond(nullptr, buffer.events().front(), response::allow(), ec);
  BOOST_TEST(ec == asio::error::bad_descriptor);
}

BOOST_AUTO_TEST_SUITE_END()

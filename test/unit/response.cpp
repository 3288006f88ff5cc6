#include "support/printing.hpp"
#include <fanio/error.hpp>
#include <fanio/response.hpp>

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdint>
#include <limits>
#include <string_view>

using fanio::audit_rule;
using fanio::audit_trust;
using fanio::errc;
using fanio::error_code;
using fanio::parse_response;
using fanio::response;
using fanio::response_flags;
using fanio::verdict;

namespace {

constexpr audit_rule rule_7{
    .number = 7, .subject = audit_trust::yes, .object = audit_trust::unknown};

/// What a text is read as; fails the test if it is refused.
response parsed(std::string_view text)
{
  error_code ec = errc::malformed_event; // which success must clear
  const auto r = parse_response(text, ec);
  BOOST_TEST(!ec, text);
  return r;
}

} // namespace

BOOST_AUTO_TEST_SUITE(responses)

BOOST_AUTO_TEST_CASE(the_word_is_what_the_kernel_is_sent)
{
  static_assert(response::allow().word() == 0x1);
  static_assert(response::deny().word() == 0x2);
  static_assert(response::deny(EIO).word() == 0x0500'0002);
  static_assert(response::allow().audit().word() == 0x11);
  static_assert(response::deny(EBUSY).audit().word() == 0x1000'0012);
  static_assert(response::deny().audit(rule_7).word() == 0x32);
  BOOST_TEST(response::deny(EDQUOT).audit(rule_7).word() == 0x7a00'0032);
}

BOOST_AUTO_TEST_CASE(a_verdict_is_a_response)
{
  const response allow = verdict::allow;
  const response deny = verdict::deny;
  BOOST_TEST(allow == response::allow());
  BOOST_TEST(deny == response::deny());
  BOOST_TEST(allow.allows());
  BOOST_TEST(!deny.allows());
}

BOOST_AUTO_TEST_CASE(an_errno_goes_into_the_upper_byte)
{
  for (int error = 1; error <= 255; ++error)
  {
    const auto r = response::deny(error);
    BOOST_TEST(r.error() == error);
    BOOST_TEST(r.flags() == response_flags::deny);
    BOOST_TEST(!r.allows());
  }
}

BOOST_AUTO_TEST_CASE(an_errno_without_a_place_in_the_word_is_a_plain_deny)
{
  for (const int error : {0, -1, -EIO, 256, 512 + EIO, std::numeric_limits<int>::max(),
                          std::numeric_limits<int>::min()})
  {
    BOOST_TEST(response::deny(error) == response::deny(), error);
    BOOST_TEST(response::deny(error).error() == 0, error);
  }
}

BOOST_AUTO_TEST_CASE(audit_keeps_the_verdict_and_the_errno)
{
  const auto r = response::deny(EBUSY).audit();
  BOOST_TEST(r.flags() == (response_flags::deny | response_flags::audit));
  BOOST_TEST(r.error() == EBUSY);
  BOOST_TEST(response::allow().audit().allows());
}

BOOST_AUTO_TEST_CASE(an_audit_rule_comes_with_an_information_record)
{
  const auto r = response::deny(EBUSY).audit(rule_7);
  BOOST_TEST(r.flags() == (response_flags::deny | response_flags::audit | response_flags::info));
  BOOST_TEST((r.rule() == rule_7));
  BOOST_TEST(r.error() == EBUSY);
}

BOOST_AUTO_TEST_CASE(a_response_is_not_changed_by_asking_for_audit)
{
  const auto plain = response::deny();
  static_cast<void>(plain.audit(rule_7));
  BOOST_TEST(plain == response::deny());
}

BOOST_AUTO_TEST_CASE(responses_are_equal_if_the_kernel_is_sent_the_same)
{
  BOOST_TEST(response::deny(EIO) == response::deny(EIO));
  BOOST_TEST(response::deny(EIO) != response::deny(EBUSY));
  BOOST_TEST(response::deny() != response::allow());
  BOOST_TEST(response::deny() != response::deny().audit());
  BOOST_TEST(response::deny().audit(rule_7) != response::deny().audit());
  BOOST_TEST(response::deny().audit(rule_7) != response::deny().audit({.number = 8}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(response_text)

BOOST_AUTO_TEST_CASE(every_form_has_a_text)
{
  BOOST_TEST(to_string(response::allow()) == "allow");
  BOOST_TEST(to_string(response::deny()) == "deny");
  BOOST_TEST(to_string(response::deny(EBUSY)) == "deny(EBUSY)");
  BOOST_TEST(to_string(response::deny().audit()) == "deny|audit");
  BOOST_TEST(to_string(response::allow().audit(rule_7)) == "allow|audit(7,yes,unknown)");
  BOOST_TEST(to_string(response::deny(EIO).audit(
                 {.number = 4294967295, .subject = audit_trust::no, .object = audit_trust::yes})) ==
             "deny(EIO)|audit(4294967295,no,yes)");
}

BOOST_AUTO_TEST_CASE(the_errnos_that_kernels_take_have_names_and_others_are_numbers)
{
  BOOST_TEST(to_string(response::deny(EPERM)) == "deny(EPERM)");
  BOOST_TEST(to_string(response::deny(EIO)) == "deny(EIO)");
  BOOST_TEST(to_string(response::deny(EBUSY)) == "deny(EBUSY)");
  BOOST_TEST(to_string(response::deny(ETXTBSY)) == "deny(ETXTBSY)");
  BOOST_TEST(to_string(response::deny(EAGAIN)) == "deny(EAGAIN)");
  BOOST_TEST(to_string(response::deny(ENOSPC)) == "deny(ENOSPC)");
  BOOST_TEST(to_string(response::deny(EDQUOT)) == "deny(EDQUOT)");
  BOOST_TEST(to_string(response::deny(255)) == "deny(255)");
}

BOOST_AUTO_TEST_CASE(every_response_survives_a_round_trip)
{
  for (int error = 0; error <= 255; ++error)
  {
    for (const auto& r : {response::deny(error), response::deny(error).audit(),
                          response::deny(error).audit(rule_7)})
    {
      BOOST_TEST(parsed(to_string(r)) == r);
    }
  }
  for (const auto trust : {audit_trust::no, audit_trust::yes, audit_trust::unknown})
  {
    const auto r = response::allow().audit({.number = 0, .subject = trust, .object = trust});
    BOOST_TEST(parsed(to_string(r)) == r);
  }
  BOOST_TEST(parsed(to_string(response::allow())) == response::allow());
  BOOST_TEST(parsed(to_string(response::allow().audit())) == response::allow().audit());
}

BOOST_AUTO_TEST_CASE(an_errno_may_be_given_as_a_number)
{
  BOOST_TEST(parsed("deny(5)") == response::deny(EIO));
  BOOST_TEST(parsed("deny(16)|audit") == response::deny(EBUSY).audit());
}

BOOST_AUTO_TEST_CASE(what_is_no_response_is_refused_and_means_deny)
{
  for (const std::string_view text : {"",
                                      "|",
                                      "allowed",
                                      "deny ",
                                      " allow",
                                      "allow|deny",
                                      "allow|",
                                      "|audit",
                                      "audit",
                                      "allow||audit",
                                      "allow|audit|audit",
                                      "allow|audit|",
                                      "deny(EIO",
                                      "denyEIO)",
                                      "deny()",
                                      "deny)",
                                      "deny(",
                                      "deny(0)",
                                      "deny(-5)",
                                      "deny(256)",
                                      "deny(99999999999)",
                                      "deny(ENOENT)",
                                      "deny(EIO)(EIO)",
                                      "deny(EIO,EIO)",
                                      "allow(EIO)",
                                      "deny(5x)",
                                      "allow|audit(",
                                      "allow|audit()",
                                      "allow|audit(7)",
                                      "allow|audit(7,yes)",
                                      "allow|audit(7,yes,no,no)",
                                      "allow|audit(7,yes,maybe)",
                                      "allow|audit(-7,yes,no)",
                                      "allow|audit(4294967296,yes,no)",
                                      "allow|audit(,yes,no)",
                                      "allow|audit(7,yes,no)|audit",
                                      "allow|audit7,yes,no)"})
  {
    error_code ec;
    BOOST_TEST(parse_response(text, ec) == response::deny(), text);
    BOOST_TEST(ec == errc::unknown_response, text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

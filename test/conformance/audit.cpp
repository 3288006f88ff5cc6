// X. What is written down of an answer.

#include "support/audit.hpp"

#include "support/guarded_file.hpp"
#include "support/requires.hpp"

namespace utf = boost::unit_test;
using fanio::audit_trust;
using fanio::init_flags;
using fanio::response;

namespace {

constexpr std::uint16_t audit_fanotify = 1331; // AUDIT_FANOTIFY

boost::test_tools::assertion_result can_switch_audit_on(utf::test_unit_id)
{
  const test::audit_socket audit;
  const bool may = audit.ask(AUDIT_SET, audit_status{}) == 0; // sets nothing
  return test::needs(may && audit.status().enabled == 0,
                     "CAP_AUDIT_CONTROL, and audit that nobody uses");
}

struct audit_fixture : test::guarded_file
{
  /// Somebody asks; the record of this answer.
  std::string record_of(const response& r)
  {
    auto group = guard({.flags = init_flags::class_content | init_flags::enable_audit});
    test::opener asker(file);
    group.respond(next(group), r);
    static_cast<void>(asker.result());
    return records.next(audit_fanotify);
  }

  test::audit_records records;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(audit, audit_fixture,
                         *utf::precondition(test::has<init_flags::enable_audit>) *
                             utf::precondition(test::is_alone) *
                             utf::precondition(can_switch_audit_on))

BOOST_AUTO_TEST_CASE(X21_the_audit_record_names_the_answer)
{
  BOOST_TEST(record_of(response::allow().audit())
                 .find("resp=1 fan_type=0 fan_info=0 subj_trust=2 obj_trust=2") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(X21_the_audit_record_names_the_rule_and_whom_it_trusts)
{
  const auto record = record_of(response::deny().audit(
      {.number = 7, .subject = audit_trust::yes, .object = audit_trust::no}));
  BOOST_TEST(record.find("resp=2 fan_type=1 fan_info=7 subj_trust=1 obj_trust=0") !=
                 std::string::npos,
             record);
}

BOOST_AUTO_TEST_SUITE_END()

#include "running_trace.hpp"
#include "support/requires.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

#include <unistd.h>

namespace json = boost::json;

namespace {

/// What `fanio doctor` prints.
std::string ask(std::vector<std::string> arguments = {}, test::user as = test::user::same)
{
  arguments.insert(arguments.begin(), "doctor");
  test::child doctor(test::fanio_command(std::move(arguments)), as);
  auto text = doctor.read_all(test::child::out);
  BOOST_TEST(doctor.read_all(test::child::err) == "");
  BOOST_TEST(doctor.wait() == 0);
  return text;
}

bool contains(const std::string& text, const std::string& part)
{
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(doctor)

BOOST_AUTO_TEST_CASE(it_lists_flags_by_the_names_of_the_kernel)
{
  const auto text = ask();
  for (const auto* name :
       {"FAN_CLASS_NOTIF", "FAN_REPORT_FD_ERROR", "FAN_REPORT_MNT", "FAN_OPEN", "FAN_DELETE",
        "FAN_PRE_ACCESS", "FAN_MARK_FILESYSTEM", "FAN_MARK_MNTNS", "FAN_MARK_EVICTABLE",
        "FAN_ALLOW", "FAN_DENY_ERRNO(EBUSY)", "FAN_DENY|FAN_AUDIT|FAN_INFO"})
  {
    BOOST_TEST(contains(text, std::string("  ") + name + " "), name);
  }
}

BOOST_AUTO_TEST_CASE(it_lists_the_limits)
{
  const auto text = ask();
  for (const auto* name : {"fs.fanotify.max_queued_events", "fs.fanotify.max_user_groups",
                           "fs.fanotify.max_user_marks", "RLIMIT_NOFILE"})
  {
    BOOST_TEST(contains(text, name), name);
  }
}

BOOST_AUTO_TEST_CASE(it_ends_with_what_root_can_do,
                     *boost::unit_test::precondition(test::is_privileged))
{
  const auto text = ask();
  BOOST_TEST(contains(text, "fanotify: yes"));
  BOOST_TEST(contains(text, "\nWith these privileges all that says yes can be used"), text);
}

BOOST_AUTO_TEST_CASE(it_ends_with_what_an_ordinary_user_can_do)
{
  const auto text = ask({}, test::user::ordinary);
  BOOST_TEST(contains(text, "fanotify: yes"));
  BOOST_TEST(contains(text, "\nWithout CAP_SYS_ADMIN in the initial user namespace"), text);
}

BOOST_AUTO_TEST_CASE(it_tells_programs_the_same)
{
  const auto report = json::parse(ask({"--json"}, test::user::ordinary)).as_object();

  BOOST_TEST(report.at("in_kernel").as_bool());
  BOOST_TEST(report.at("uid").to_number<unsigned>() != 0U);
  BOOST_TEST(!report.at("privileges").at("CAP_SYS_ADMIN").as_bool());
  BOOST_TEST(report.at("groups").at("FAN_CLASS_CONTENT").as_string() == "not permitted");
  BOOST_TEST(report.at("groups").at("FAN_REPORT_FID").as_string() == "yes");
  BOOST_TEST(report.at("events").at("FAN_CREATE").as_string() == "yes");
  BOOST_TEST(report.at("targets").at("FAN_MARK_FILESYSTEM").as_string() == "not permitted");
  BOOST_TEST(report.at("limits").at("RLIMIT_NOFILE").to_number<std::uint64_t>() > 0U);
  BOOST_TEST(report.at("summary").as_string().starts_with("Without CAP_SYS_ADMIN"));
}

BOOST_AUTO_TEST_SUITE_END()

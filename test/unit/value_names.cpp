// Single values of the kernel as text, and back.

#include <fanio/error.hpp>
#include <fanio/info_record.hpp>
#include <fanio/mark_flags.hpp>
#include <fanio/response.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

using fanio::audit_trust;
using fanio::error_code;
using fanio::info_type;
using fanio::mark_target;
using fanio::verdict;

namespace {

/// Whether `name` is the text of `value`, and `value` what the text says, in any case.
template <typename T>
bool is_named(T value, std::string_view name, T (*parse)(std::string_view, error_code&))
{
  error_code ec;
  std::string upper(name);
  std::ranges::transform(upper, upper.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return to_string(value) == name && parse(name, ec) == value && !ec && parse(upper, ec) == value &&
         !ec;
}

} // namespace

BOOST_AUTO_TEST_SUITE(value_names)

BOOST_AUTO_TEST_CASE(every_value_has_a_name_that_reads_back)
{
  BOOST_TEST(is_named(mark_target::inode, "inode", fanio::parse_mark_target));
  BOOST_TEST(is_named(mark_target::mntns, "mntns", fanio::parse_mark_target));
  BOOST_TEST(is_named(verdict::allow, "allow", fanio::parse_verdict));
  BOOST_TEST(is_named(verdict::deny, "deny", fanio::parse_verdict));
  BOOST_TEST(is_named(audit_trust::no, "no", fanio::parse_audit_trust));
  BOOST_TEST(is_named(audit_trust::yes, "yes", fanio::parse_audit_trust));
  BOOST_TEST(is_named(audit_trust::unknown, "unknown", fanio::parse_audit_trust));
  BOOST_TEST(is_named(info_type::fid, "fid", fanio::parse_info_type));
  BOOST_TEST(is_named(info_type::dfid_name, "dfid_name", fanio::parse_info_type));
  BOOST_TEST(is_named(info_type::dfid, "dfid", fanio::parse_info_type));
  BOOST_TEST(is_named(info_type::pidfd, "pidfd", fanio::parse_info_type));
  BOOST_TEST(is_named(info_type::error, "error", fanio::parse_info_type));
  BOOST_TEST(is_named(info_type::range, "range", fanio::parse_info_type));
  BOOST_TEST(is_named(info_type::mnt, "mnt", fanio::parse_info_type));
  BOOST_TEST(is_named(info_type::old_dfid_name, "old_dfid_name", fanio::parse_info_type));
  BOOST_TEST(is_named(info_type::new_dfid_name, "new_dfid_name", fanio::parse_info_type));
}

BOOST_AUTO_TEST_CASE(the_kernels_prefixes_are_read_too)
{
  error_code ec;
  BOOST_TEST((fanio::parse_mark_target("FAN_MARK_FILESYSTEM", ec) == mark_target::filesystem));
  BOOST_TEST((fanio::parse_verdict("FAN_DENY", ec) == verdict::deny));
  BOOST_TEST((fanio::parse_info_type("FAN_EVENT_INFO_TYPE_MNT", ec) == info_type::mnt));
}

BOOST_AUTO_TEST_CASE(values_without_a_name_are_numbers_that_read_back)
{
  error_code ec;
  BOOST_TEST(to_string(info_type{77}) == "0x4d");
  BOOST_TEST((fanio::parse_info_type("0x4d", ec) == info_type{77}));
  BOOST_TEST(!ec);
}

BOOST_AUTO_TEST_CASE(what_is_no_name_is_refused)
{
  error_code ec;
  static_cast<void>(fanio::parse_verdict("perhaps", ec));
  BOOST_TEST((ec == fanio::errc::unknown_flag_name));
}

BOOST_AUTO_TEST_SUITE_END()

#pragma once

#include <fanio/probe.hpp>

#include <boost/test/tree/decorator.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>

#include <unistd.h>

/// Preconditions: a case that can't run here is skipped, and says why in words that start with
/// "needs", which CTest looks for.
namespace test {

inline boost::test_tools::assertion_result needs(bool met, const std::string& what)
{
  boost::test_tools::assertion_result result(met);
  result.message() << "needs " << what;
  return result;
}

/// CAP_SYS_ADMIN in the initial user namespace: most of fanotify, and mounts.
inline boost::test_tools::assertion_result is_privileged(boost::unit_test::test_unit_id)
{
  const auto may = fanio::probe().privileges;
  return needs(may.sys_admin && may.in_initial_user_namespace,
               "CAP_SYS_ADMIN in the initial user namespace: run it as root");
}

/// A place for paths that the first line of a script can name.
inline boost::test_tools::assertion_result
has_no_blank_in_temporary_directory(boost::unit_test::test_unit_id)
{
  const auto name = std::filesystem::temp_directory_path().string();
  return needs(name.find(' ') == name.npos, "a TMPDIR without blanks in its name");
}

/// To be a user whose groups nobody else opens or needs: for tests that use up the limit.
inline boost::test_tools::assertion_result can_be_another_user(boost::unit_test::test_unit_id)
{
  return needs(::geteuid() == 0, "to be root, who can be a user of whom there are no others");
}

/// That nothing else goes on: for cases that change a setting of the whole machine.
inline boost::test_tools::assertion_result is_alone(boost::unit_test::test_unit_id)
{
  return needs(std::getenv("FANIO_TEST_ALONE") != nullptr,
               "FANIO_TEST_ALONE=1 in the environment: it changes a setting of the whole machine, "
               "so nothing else may go on there");
}

/// A program that starts where /proc is something else. Those with AddressSanitizer don't: it looks
/// for its own options, and for leaks, in /proc.
inline boost::test_tools::assertion_result can_do_without_proc(boost::unit_test::test_unit_id)
{
#if defined(__SANITIZE_ADDRESS__) // g++
  constexpr bool can = false;
#elif defined(__has_feature) // clang
  constexpr bool can = !__has_feature(address_sanitizer);
#else
  constexpr bool can = true;
#endif
  return needs(can, "a build without AddressSanitizer, which can't do without /proc");
}

/// A privileged group with a flag that a younger kernel has.
template <auto Flag>
boost::test_tools::assertion_result has(boost::unit_test::test_unit_id)
{
  const auto report = fanio::probe();
  return needs(report.of(Flag) == fanio::support::yes,
               to_string(Flag) + ", which this kernel or this user does not have");
}

} // namespace test

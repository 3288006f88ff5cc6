// X. What is told of the execution of a script.

#include "support/scenario.hpp"

#include <map>
#include <string>

#include <sys/stat.h>

namespace utf = boost::unit_test;
using fanio::event_mask;
using fanio::init_flags;
using fanio::mark_target;

namespace {

struct script_exec_fixture : test::scenario
{
  script_exec_fixture()
  {
    std::filesystem::copy_file("/bin/sh", interpreter);
    ::chmod(script.c_str(), 0755);
  }

  /// All that happened to each file while a command ran.
  std::map<std::string, event_mask> told(const std::vector<std::string>& command)
  {
    auto group = open(init_flags::class_notif);
    group.add_mark(fs.path(), event_mask::open | event_mask::open_exec, mark_target::filesystem);
    test::run_program(command);
    std::map<std::string, event_mask> result;
    for (const auto& e : drain(group))
    {
      const auto path =
          std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(e.fd())).filename();
      result[path] |= e.mask();
    }
    return result;
  }

  test::private_filesystem fs;
  std::filesystem::path interpreter = fs / "interpreter";
  std::filesystem::path script = fs.write("script", "#!" + interpreter.string() + "\nexit 0\n");
};

constexpr auto executed = event_mask::open | event_mask::open_exec;

using files = std::map<std::string, event_mask>;

} // namespace

// The first line of a script ends the interpreter's path at a blank.
BOOST_FIXTURE_TEST_SUITE(script_exec, script_exec_fixture,
                         *utf::precondition(test::is_privileged) *
                             utf::precondition(test::has_no_blank_in_temporary_directory))

BOOST_AUTO_TEST_CASE(X50_a_script_and_its_interpreter_are_both_executed)
{
  BOOST_TEST((told({script}) == files{{"interpreter", executed}, {"script", executed}}));
}

BOOST_AUTO_TEST_CASE(X50_a_script_that_is_an_argument_is_only_opened)
{
  BOOST_TEST((told({interpreter, script}) ==
              files{{"interpreter", executed}, {"script", event_mask::open}}));
}

BOOST_AUTO_TEST_SUITE_END()

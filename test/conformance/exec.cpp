// K. Opening in order to execute is told apart from opening.

#include "support/file_scenario.hpp"
#include "support/ignores.hpp"

namespace utf = boost::unit_test;
using boost::test_tools::per_element;
using fanio::event_mask;
using fanio::init_flags;
using fanio::mark_flags;
using fanio::mark_target;

namespace {

using masks = std::vector<event_mask>;

constexpr auto both = event_mask::open | event_mask::open_exec;

struct exec_fixture : test::file_scenario
{
  /// What is told of an opening of the file and then of an execution of the program.
  struct expectation
  {
    masks of_file;
    masks of_program;
  };

  /// Watches file and program for `mask`, and ignores `ignored`, in each way there is to do so.
  void check(event_mask mask, event_mask ignored, const expectation& expected)
  {
    for (const auto kind : test::surviving_ignores)
    {
      BOOST_TEST_CONTEXT(to_string(kind))
      {
        check(mask, ignored, kind, expected);
      }
    }
  }

  void check(event_mask mask, const expectation& expected)
  {
    check(mask, event_mask::none, {}, expected);
  }

private:
  void check(event_mask mask, event_mask ignored, mark_flags kind, const expectation& expected)
  {
    auto group = open(init_flags::class_notif);
    for (const auto& watched : {file, program})
    {
      group.add_mark(watched, mask);
      if (ignored != event_mask::none)
      {
        group.ignore(watched, ignored, mark_target::inode, kind);
      }
    }

    test::forked child(
        [&]
        {
          const int error = test::try_open(file);
          return error != 0 ? error : test::execute(program);
        });
    BOOST_TEST(child.result() == 0);

    expectation told;
    for (const auto& e : drain(group))
    {
      const bool is_program = test::inode_of(e.fd()) == test::inode_of(program);
      BOOST_TEST((is_program || told.of_program.empty())); // it comes last
      (is_program ? told.of_program : told.of_file).push_back(e.mask());
      BOOST_TEST(e.pid() == child.pid());
    }
    BOOST_TEST(told.of_file == expected.of_file, per_element());
    BOOST_TEST(told.of_program == expected.of_program, per_element());
  }

  std::filesystem::path program = test::copy_program(fs / "program");
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(exec, exec_fixture, *utf::precondition(test::is_privileged))

BOOST_AUTO_TEST_CASE(K01_an_execution_is_also_an_opening)
{
  check(event_mask::open, {.of_file = {event_mask::open}, .of_program = {event_mask::open}});
}

BOOST_AUTO_TEST_CASE(K02_an_opening_is_no_execution)
{
  check(event_mask::open_exec, {.of_file = {}, .of_program = {event_mask::open_exec}});
}

BOOST_AUTO_TEST_CASE(K03_both_are_one_event)
{
  check(both, {.of_file = {event_mask::open}, .of_program = {both}});
}

BOOST_AUTO_TEST_CASE(K04_ignoring_executions_leaves_openings)
{
  check(event_mask::open, event_mask::open_exec,
        {.of_file = {event_mask::open}, .of_program = {event_mask::open}});
}

BOOST_AUTO_TEST_CASE(K05_ignoring_openings_leaves_executions)
{
  check(event_mask::open_exec, event_mask::open,
        {.of_file = {}, .of_program = {event_mask::open_exec}});
}

BOOST_AUTO_TEST_CASE(K06_an_ignored_execution_is_told_as_an_opening)
{
  check(both, event_mask::open_exec,
        {.of_file = {event_mask::open}, .of_program = {event_mask::open}});
}

BOOST_AUTO_TEST_SUITE_END()

// Opening in order to execute is told apart from opening.

#include "../other_process.hpp"
#include "expect.hpp"
#include "needs.hpp"

#include <array>
#include <cerrno>
#include <initializer_list>

#include <fcntl.h>

namespace fanio::tool {

namespace {

constexpr auto both = event_mask::open | event_mask::open_exec;

/// Another process opens a file, and then executes what may be executed.
void check_told(trial& here, event_mask mask, event_mask ignored,
                std::initializer_list<event_mask> expected)
{
  const auto file = here.write("file");
  const auto program = write_program(here);
  auto group = here.open(init_flags::report_fid);
  for (const auto& watched : {file, program})
  {
    group.add_mark(watched, mask);
    if (!is_empty(ignored))
    {
      group.ignore(watched, ignored, mark_target::inode,
                   mark_flags::ignored_mask | mark_flags::ignored_surv_modify);
    }
  }
  other_process opening(file);
  expect_result(0, opening.result());
  other_process executing([&] { return try_execute(program); });
  expect_result(ENOEXEC, executing.result());
  expect(expected, here.read(group));
}

void openings_are_told(trial& here)
{
  check_told(here, event_mask::open, {}, {event_mask::open, event_mask::open});
}

void executions_are_told(trial& here)
{
  check_told(here, event_mask::open_exec, {}, {event_mask::open_exec});
}

void both_are_told_at_once(trial& here)
{
  check_told(here, both, {}, {event_mask::open, both});
}

void ignored_executions_are_openings(trial& here)
{
  check_told(here, event_mask::open, event_mask::open_exec, {event_mask::open, event_mask::open});
}

void executions_are_no_ignored_openings(trial& here)
{
  check_told(here, event_mask::open_exec, event_mask::open, {event_mask::open_exec});
}

void ignoring_executions_leaves_openings(trial& here)
{
  check_told(here, both, event_mask::open_exec, {event_mask::open, event_mask::open});
}

} // namespace

std::span<const check> execution_checks() noexcept
{
  static constexpr std::array checks{
      check{"K01", "an execution is told as an opening", handles, openings_are_told},
      check{"K02", "an opening is not told as an execution", handles, executions_are_told},
      check{"K03", "an execution is told as both in one event", handles, both_are_told_at_once},
      check{"K04", "ignoring executions leaves openings", handles, ignored_executions_are_openings},
      check{"K05", "ignoring openings leaves executions", handles,
            executions_are_no_ignored_openings},
      check{"K06", "an ignored execution is still told as an opening", handles,
            ignoring_executions_leaves_openings},
  };
  return checks;
}

} // namespace fanio::tool

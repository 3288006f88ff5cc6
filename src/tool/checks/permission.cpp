// Who opens, reads or executes waits for an answer, and gets it.

#include "../other_process.hpp"
#include "expect.hpp"
#include "needs.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <utility>

namespace fanio::tool {

namespace {

namespace fs = std::filesystem;

/// What is asked, and the answer.
using dialogue = std::initializer_list<std::pair<event_mask, response>>;

constexpr auto allow = response::allow();
constexpr auto deny = response::deny();

fanotify_handle guard(trial& here, const fs::path& where, event_mask mask,
                      init_flags group_class = init_flags::class_content)
{
  auto group = here.open(group_class);
  group.add_mark(where, mask);
  return group;
}

/// What another process does is asked for, one thing after the other and nothing else.
void expect_asked(trial& here, fanotify_handle& group, const std::function<int()>& act,
                  const dialogue& expected, int result)
{
  other_process asker(act);
  for (const auto& [mask, answer] : expected)
  {
    const auto e = only(here.read(group));
    expect(mask, e.mask());
    expect(e.pid() == asker.pid(), "asked for another process");
    group.respond(e, answer);
  }
  expect_result(result, asker.result());
  expect_nothing(group);
}

void expect_reading(trial& here, fanotify_handle& group, const fs::path& file,
                    const dialogue& expected, int result)
{
  expect_asked(here, group, [&] { return try_read(file); }, expected, result);
}

void expect_executing(trial& here, fanotify_handle& group, const fs::path& program,
                      const dialogue& expected, int result)
{
  expect_asked(here, group, [&] { return try_execute(program); }, expected, result);
}

void opening_and_reading_are_asked(trial& here)
{
  const auto file = here.write("file");
  auto group = guard(here, file, event_mask::open_perm | event_mask::access_perm);
  expect_reading(here, group, file,
                 {{event_mask::open_perm, allow}, {event_mask::access_perm, allow}}, 0);
  expect_reading(here, group, file,
                 {{event_mask::open_perm, allow}, {event_mask::access_perm, deny}}, EPERM);
}

void what_may_not_be_opened_is_not_executed(trial& here)
{
  const auto program = write_program(here);
  auto group = guard(here, program, event_mask::open_perm);
  expect_executing(here, group, program, {{event_mask::open_perm, deny}}, EPERM);
}

void opening_does_not_ask_for_execution(trial& here)
{
  const auto file = here.write("file");
  auto group = guard(here, file, event_mask::access_perm | event_mask::open_exec_perm);
  expect_reading(here, group, file, {{event_mask::access_perm, deny}}, EPERM);
}

void execution_is_asked(trial& here)
{
  const auto program = write_program(here);
  auto group = guard(here, program, event_mask::open_exec_perm);
  expect_executing(here, group, program, {{event_mask::open_exec_perm, allow}}, ENOEXEC);
  expect_executing(here, group, program, {{event_mask::open_exec_perm, deny}}, EPERM);
}

constexpr auto by_the_directory = event_mask::access_perm | event_mask::open_exec_perm;

void the_directory_asks_for_its_children(trial& here)
{
  const auto file = here.write("file");
  const auto program = write_program(here);
  auto group = guard(here, here.directory(), by_the_directory | event_mask::event_on_child);
  expect_reading(here, group, file, {{event_mask::access_perm, deny}}, EPERM);
  expect_executing(here, group, program, {{event_mask::open_exec_perm, deny}}, EPERM);
}

void the_directory_asks_only_if_it_is_to(trial& here)
{
  const auto file = here.write("file");
  const auto program = write_program(here);
  auto group = guard(here, here.directory(), by_the_directory);
  expect_reading(here, group, file, {}, 0);
  expect_executing(here, group, program, {}, ENOEXEC);
}

void a_reader_gets_the_errno(trial& here)
{
  const auto file = here.write("file");
  auto group = guard(here, file, event_mask::pre_access, init_flags::class_pre_content);
  expect_reading(here, group, file, {{event_mask::pre_access, response::deny(EIO)}}, EIO);
}

void who_executes_gets_the_errno(trial& here)
{
  const auto program = write_program(here);
  auto group = guard(here, program, event_mask::open_perm, init_flags::class_pre_content);
  expect_executing(here, group, program, {{event_mask::open_perm, response::deny(EBUSY)}}, EBUSY);
}

void each_errno_is_delivered(trial& here)
{
  const auto file = here.write("file");
  auto group = guard(here, file, event_mask::open_perm, init_flags::class_pre_content);
  for (const int error : {EPERM, EIO, EBUSY, ETXTBSY, EAGAIN, ENOSPC, EDQUOT})
  {
    expect_reading(here, group, file, {{event_mask::open_perm, response::deny(error)}}, error);
  }
}

/// The higher class first, and after a deny nobody else.
void groups_are_asked_one_after_the_other(trial& here)
{
  const auto file = here.write("file");
  auto last = guard(here, file, event_mask::open, init_flags::class_notif);
  auto second = guard(here, file, event_mask::open_perm);
  auto first = guard(here, file, event_mask::open_perm, init_flags::class_pre_content);
  other_process asker(file);
  const auto asked_first = only(here.read(first));
  expect_nothing(second);
  first.respond(asked_first, allow);
  const auto asked_second = only(here.read(second));
  expect_nothing(last);
  second.respond(asked_second, deny);
  expect_result(EPERM, asker.result());
  expect_nothing(last);
}

void a_removed_mark_takes_no_request_with_it(trial& here)
{
  const auto file = here.write("file");
  auto group = guard(here, file, event_mask::open_perm);
  other_process asker(file);
  const auto e = only(here.read(group));
  group.remove_mark(file, event_mask::open_perm);
  other_process unasked(file);
  expect_result(0, unasked.result());
  expect(!asker.has_ended(), "the request ended with the mark");
  group.respond(e, deny);
  expect_result(EPERM, asker.result());
}

} // namespace

std::span<const check> permission_checks() noexcept
{
  static constexpr std::array checks{
      check{"B01", "opening and reading are asked for, and who is denied gets EPERM",
            permission_events, opening_and_reading_are_asked},
      check{"B02", "what may not be opened is not executed", permission_events,
            what_may_not_be_opened_is_not_executed},
      check{"B03", "opening does not ask for execution", permission_events,
            opening_does_not_ask_for_execution},
      check{"B04", "execution is asked for", permission_events, execution_is_asked},
      check{"B05", "a directory's mark asks for its children", permission_events,
            the_directory_asks_for_its_children},
      check{"B06", "a directory's mark that is not for children asks nothing", permission_events,
            the_directory_asks_only_if_it_is_to},
      check{"B10", "a reader gets the errno that it is denied with", pre_content_events,
            a_reader_gets_the_errno},
      check{"B11", "who executes gets the errno that the opening is denied with",
            pre_content_events, who_executes_gets_the_errno},
      check{"E03", "groups are asked one after the other, the higher class first",
            pre_content_events, groups_are_asked_one_after_the_other},
      check{"X18", "each errno that may be given is delivered", pre_content_events,
            each_errno_is_delivered},
      check{"X23", "a mark that is removed takes no request with it", permission_events,
            a_removed_mark_takes_no_request_with_it},
  };
  return checks;
}

} // namespace fanio::tool

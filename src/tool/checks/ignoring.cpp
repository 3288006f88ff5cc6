// What is ignored is not told.

#include "../other_process.hpp"
#include "expect.hpp"
#include "needs.hpp"

#include <array>

#include <fcntl.h>

namespace fanio::tool {

namespace {

constexpr auto everything =
    event_mask::access | event_mask::modify | event_mask::open | event_mask::close;

/// The older ignore, until the file is modified.
constexpr auto until_modified = mark_flags::ignored_mask;

fanotify_handle watch(trial& here, const std::filesystem::path& file)
{
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, everything);
  return group;
}

void ignored_events_are_not_told(trial& here)
{
  const auto file = here.write("file");
  auto group = watch(here, file);
  group.ignore(file, event_mask::access, mark_target::inode, until_modified);
  const auto fd = open_file(file, O_RDWR);
  read_byte(fd);
  expect(event_mask::open, here.read_masks(group));
}

void a_modification_ends_an_ignore_mask(trial& here)
{
  const auto file = here.write("file");
  auto group = watch(here, file);
  group.ignore(file, event_mask::open | event_mask::access, mark_target::inode, until_modified);
  {
    const auto fd = open_file(file, O_RDWR);
    write_byte(fd);
    read_byte(fd);
  }
  expect(event_mask::modify | event_mask::access | event_mask::close_write, here.read_masks(group));
}

void an_ignore_mask_survives_if_asked_to(trial& here)
{
  const auto file = here.write("file");
  auto group = watch(here, file);
  group.ignore(file, event_mask::open | event_mask::close, mark_target::inode,
               mark_flags::ignored_mask | mark_flags::ignored_surv_modify);
  write_byte(open_file(file, O_RDWR));
  try_open(file, O_RDONLY);
  expect(event_mask::modify, here.read_masks(group));
}

void children_are_ignored(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  const auto of_children = event_mask::event_on_child;
  group.add_mark(here.directory(), event_mask::open | event_mask::close | of_children);
  group.ignore(here.directory(), event_mask::open | of_children);
  try_open(file, O_RDONLY);
  expect(event_mask::close_nowrite, here.read_masks(group));
}

void a_pinned_mark_stays_so(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::open, mark_target::inode, mark_flags::evictable);
  group.add_mark(file, event_mask::open);
  expect_no_mark(group, file, event_mask::open, errc::mark_stays_pinned, mark_target::inode,
                 mark_flags::evictable);
}

} // namespace

std::span<const check> ignore_checks() noexcept
{
  static constexpr std::array checks{
      check{"A03", "what is ignored is not told", handles, ignored_events_are_not_told},
      check{"A04", "a modification ends an ignore mask", handles,
            a_modification_ends_an_ignore_mask},
      check{"A05", "an ignore mask that is to survive a modification does", handles,
            an_ignore_mask_survives_if_asked_to},
      check{"I16", "a directory's ignore mask can be for its children", ignores,
            children_are_ignored},
      check{"T01", "a mark that pins its file can't be made evictable again", evictable_marks,
            a_pinned_mark_stays_so},
  };
  return checks;
}

} // namespace fanio::tool

#include "checks.hpp"

#include <fanio/error.hpp>

#include <boost/asio/error.hpp>

#include <array>
#include <cerrno>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

namespace fs = std::filesystem;

// What a check needs ------------------------------------------------------------------------------

bool anything(const probe_report& report)
{
  return report.of(init_flags::report_name) == support::yes;
}

template <auto Feature>
bool has(const probe_report& report)
{
  return report.of(Feature) == support::yes;
}

bool both_sides_of_renames(const probe_report& report)
{
  return has<event_mask::rename>(report) && anything(report);
}

// What came of it ---------------------------------------------------------------------------------

/// Ends the check where something differs, in these words.
void expect(bool holds, const std::string& otherwise)
{
  if (!holds)
  {
    throw std::runtime_error(otherwise);
  }
}

void expect(event_mask expected, event_mask got)
{
  expect(expected == got, "expected " + to_string(expected) + ", got " + to_string(got));
}

/// What opening gave: 0, an errno, or less where it has not ended.
void expect_opening(int expected, int got)
{
  const auto name = [](int error)
  {
    return error < 0    ? std::string("still blocked")
           : error == 0 ? std::string("success")
                        : std::generic_category().message(error);
  };
  expect(expected == got, "opening: expected " + name(expected) + ", got " + name(got));
}

/// What a call must be refused with.
template <typename Call>
void expect_refusal(int expected, Call&& call)
{
  error_code ec;
  call(ec);
  expect(ec == std::error_condition(expected, std::generic_category()),
         "refusing gave: " + ec.message());
}

event only(std::vector<event> events)
{
  expect(events.size() == 1, "expected one event, got " + std::to_string(events.size()));
  return std::move(events.front());
}

// Delivery ----------------------------------------------------------------------------------------

void reading_is_told(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::open | event_mask::access | event_mask::close);
  const unique_fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  char byte = 0;
  static_cast<void>(::read(fd.get(), &byte, 1));
  expect(event_mask::open | event_mask::access, here.read_masks(group));
}

void writing_is_told(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::modify | event_mask::close);
  here.write("file");
  expect(event_mask::modify | event_mask::close_write, here.read_masks(group));
}

void ignored_events_are_not_told(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::open | event_mask::close);
  group.ignore(file, event_mask::open, mark_target::inode,
               mark_flags::ignored_mask | mark_flags::ignored_surv_modify);
  try_open(file, O_RDONLY);
  expect(event_mask::close_nowrite, here.read_masks(group));
}

void children_are_told(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(here.directory(), event_mask::open | event_mask::event_on_child);
  try_open(file, O_RDONLY);
  expect(event_mask::open, here.read_masks(group));
}

void handles_are_those_of_the_object(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::open);
  try_open(file, O_RDONLY);
  const auto e = only(here.read(group));
  const auto fid = e.fid().value_or(file_handle_view());
  alignas(::file_handle) std::array<std::byte, sizeof(::file_handle) + MAX_HANDLE_SZ> storage{};
  auto* const handle = new (storage.data())::file_handle;
  handle->handle_bytes = MAX_HANDLE_SZ;
  int mount = 0;
  constexpr int for_comparison = 0x200; // AT_HANDLE_FID, 6.5
  const auto ask = [&](int flags)
  { return ::name_to_handle_at(AT_FDCWD, file.c_str(), handle, &mount, flags) == 0; };
  expect(ask(for_comparison) || ask(0), "name_to_handle_at has none");
  const auto bytes = std::span(storage).subspan(sizeof(::file_handle), handle->handle_bytes);
  expect(fid == file_handle_view(fid.fsid(), handle->handle_type, bytes),
         "another handle than that of name_to_handle_at");
}

void names_are_told(trial& here)
{
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::create | event_mask::delete_);
  const std::string longest(255, 'n');
  here.write(longest);
  const auto e = only(here.read(group));
  expect(e.name() == longest, "the name came as: " + std::string(e.name().value_or("")));
}

void entries_come_and_go(trial& here)
{
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::create | event_mask::delete_ | event_mask::move);
  fs::rename(here.write("a"), here.directory() / "b");
  fs::remove(here.directory() / "b");
  expect(event_mask::create | event_mask::delete_ | event_mask::move, here.read_masks(group));
}

void renames_have_both_sides(trial& here)
{
  here.write("old");
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::rename);
  fs::rename(here.directory() / "old", here.directory() / "new");
  const auto e = only(here.read(group));
  expect(e.old_name() == "old" && e.new_name() == "new", "not both names");
}

void own_events_have_a_process(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::open);
  try_open(file, O_RDONLY);
  expect(only(here.read(group)).pid() == ::getpid(), "an event of another process");
}

void descriptors_are_of_the_object(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::class_notif);
  group.add_mark(file, event_mask::open);
  try_open(file, O_RDONLY);
  const auto e = only(here.read(group));
  std::array<char, 4> text{};
  static_cast<void>(::pread(e.fd(), text.data(), text.size(), 0));
  expect(std::string_view(text.data(), text.size()) == "text", "not a descriptor of the file");
}

void pidfds_are_told(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_pidfd);
  group.add_mark(file, event_mask::open);
  opener other(file);
  const auto e = only(here.read(group));
  expect(e.pid() == other.pid(), "an event of another process");
  expect(e.pidfd() >= 0 || e.pidfd_error(), "neither a pidfd nor an error");
}

// Reading -----------------------------------------------------------------------------------------

void an_empty_queue_blocks_nobody(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  group.non_blocking(true);
  event_buffer buffer;
  error_code ec;
  static_cast<void>(group.read_events(buffer, ec));
  expect(ec == asio::error::would_block, "reading gave: " + ec.message());
}

void a_small_buffer_loses_nothing(trial& here)
{
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::create);
  here.write("file");
  event_buffer tiny(30);
  error_code ec;
  static_cast<void>(group.read_events(tiny, ec));
  expect(ec == errc::buffer_too_small, "reading into 30 bytes gave: " + ec.message());
  expect(event_mask::create, here.read_masks(group));
}

void one_read_brings_what_fits(trial& here)
{
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::create);
  here.write("a");
  here.write("b");
  constexpr std::size_t one_and_a_half = 100;
  only(here.read(group, one_and_a_half));
  only(here.read(group, one_and_a_half));
}

// What is refused ---------------------------------------------------------------------------------

void only_directories_are_marked(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  expect_refusal(
      ENOTDIR, [&](error_code& ec)
      { group.add_mark(file, event_mask::open, ec, mark_target::inode, mark_flags::onlydir); });
}

void names_need_directories(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  expect_refusal(EINVAL,
                 [&](error_code& ec) { group.add_mark(here.directory(), event_mask::rename, ec); });
}

void a_mark_that_is_not_there_stays_so(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  expect_refusal(ENOENT, [&](error_code& ec)
                 { group.remove_mark(here.directory(), event_mask::open, ec); });
}

// Permission --------------------------------------------------------------------------------------

/// A process that opens a file gets this answer, and `expected` of it.
void answer(trial& here, init_flags group_class, const response& given, int expected)
{
  const auto file = here.write("file");
  auto group = here.open(group_class);
  group.add_mark(file, event_mask::open_perm);
  opener other(file);
  group.respond(only(here.read(group)), given);
  expect_opening(expected, other.result());
}

void an_allowed_process_goes_on(trial& here)
{
  answer(here, init_flags::class_content, response::allow(), 0);
}

void a_denied_process_gets_eperm(trial& here)
{
  answer(here, init_flags::class_content, response::deny(), EPERM);
}

void a_denied_process_gets_the_errno(trial& here)
{
  answer(here, init_flags::class_pre_content, response::deny(EBUSY), EBUSY);
}

void a_close_frees_who_waits(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::class_content);
  group.add_mark(file, event_mask::open_perm);
  opener read(file);
  const auto events = here.read(group);
  opener queued(file);
  group.close();
  expect_opening(0, read.result());
  expect_opening(0, queued.result());
}

constexpr std::string_view as_root = "CAP_SYS_ADMIN in the initial user namespace";

constexpr std::array checks{
    check{"A01", "opening and reading are told", "", anything, reading_is_told},
    check{"A02", "writing is told", "", anything, writing_is_told},
    check{"A05", "what is ignored is not told", "", anything, ignored_events_are_not_told},
    check{"A08", "a directory's mark tells of its children", "", anything, children_are_told},
    check{"L03", "events have the file handle of the object", "", anything,
          handles_are_those_of_the_object},
    check{"X04", "names are told, up to 255 bytes", "", anything, names_are_told},
    check{"O03", "entries that come, move and go are told", "", anything, entries_come_and_go},
    check{"O12", "a rename has both names", "FAN_RENAME, Linux 5.17", both_sides_of_renames,
          renames_have_both_sides},
    check{"Q06", "events of the reader have its process", "", anything, own_events_have_a_process},
    check{"G02", "reading an empty queue blocks nobody", "", anything,
          an_empty_queue_blocks_nobody},
    check{"X01", "a buffer that is too small loses nothing", "", anything,
          a_small_buffer_loses_nothing},
    check{"X02", "a read brings what fits, the next the rest", "", anything,
          one_read_brings_what_fits},
    check{"C01", "a mark for directories only refuses a file", "", anything,
          only_directories_are_marked},
    check{"M08", "renames are refused without names", "FAN_RENAME, Linux 5.17",
          both_sides_of_renames, names_need_directories},
    check{"M17", "a mark that is not there can't be removed", "", anything,
          a_mark_that_is_not_there_stays_so},
    check{"A01", "events have a descriptor of the object", as_root,
          has<init_flags::unlimited_queue>, descriptors_are_of_the_object},
    check{"R01", "events have a pidfd of the process", "FAN_REPORT_PIDFD (Linux 5.15), as root",
          has<init_flags::report_pidfd>, pidfds_are_told},
    check{"B01", "who is allowed goes on", as_root, has<event_mask::open_perm>,
          an_allowed_process_goes_on},
    check{"B02", "who is denied gets EPERM", as_root, has<event_mask::open_perm>,
          a_denied_process_gets_eperm},
    check{"B11", "who is denied with an errno gets it", "FAN_PRE_ACCESS (Linux 6.14), as root",
          has<event_mask::pre_access>, a_denied_process_gets_the_errno},
    check{"F03", "closing the group frees who waits", as_root, has<event_mask::open_perm>,
          a_close_frees_who_waits},
};

} // namespace

std::span<const check> all_checks() noexcept
{
  return checks;
}

} // namespace fanio::tool

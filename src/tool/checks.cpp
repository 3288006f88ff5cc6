#include "checks.hpp"

#include <fanio/error.hpp>

#include <boost/asio/error.hpp>

#include <array>
#include <cerrno>
#include <filesystem>
#include <new>
#include <string>

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

std::string differs(event_mask expected, event_mask got)
{
  return expected == got ? "" : "expected " + to_string(expected) + ", got " + to_string(got);
}

std::string differs(std::string_view what, int expected, int got)
{
  const auto name = [](int error)
  { return error == 0 ? std::string("success") : std::generic_category().message(error); };
  return expected == got ? ""
         : got < 0       ? std::string(what) + ": still blocked"
                   : std::string(what) + ": expected " + name(expected) + ", got " + name(got);
}

std::string unless(bool holds, std::string otherwise)
{
  return holds ? "" : std::move(otherwise);
}

/// What a call must be refused with.
template <typename Call>
std::string must_fail(std::error_condition expected, Call&& call)
{
  error_code ec;
  call(ec);
  return !ec ? "nothing was refused" : ec == expected ? "" : "refused, but with: " + ec.message();
}

std::error_condition condition(int error)
{
  return {error, std::generic_category()};
}

// Delivery ----------------------------------------------------------------------------------------

std::string reading_is_told(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::open | event_mask::access | event_mask::close);
  const unique_fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  char byte = 0;
  static_cast<void>(::read(fd.get(), &byte, 1));
  return differs(event_mask::open | event_mask::access, here.read_masks(group));
}

std::string writing_is_told(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::modify | event_mask::close);
  here.write("file");
  return differs(event_mask::modify | event_mask::close_write, here.read_masks(group));
}

std::string ignored_events_are_not_told(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::open | event_mask::close);
  group.ignore(file, event_mask::open, mark_target::inode,
               mark_flags::ignored_mask | mark_flags::ignored_surv_modify);
  try_open(file, O_RDONLY);
  return differs(event_mask::close_nowrite, here.read_masks(group));
}

std::string children_are_told(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(here.directory(), event_mask::open | event_mask::event_on_child);
  try_open(file, O_RDONLY);
  return differs(event_mask::open, here.read_masks(group));
}

std::string handles_are_those_of_the_object(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::open);
  try_open(file, O_RDONLY);
  const auto events = here.read(group);
  const auto fid = events.size() == 1 ? events.front().fid() : std::nullopt;
  if (!fid)
  {
    return "no event with a file handle";
  }
  alignas(::file_handle) std::array<std::byte, sizeof(::file_handle) + MAX_HANDLE_SZ> storage{};
  auto* const handle = new (storage.data())::file_handle;
  handle->handle_bytes = MAX_HANDLE_SZ;
  int mount = 0;
  constexpr int for_comparison = 0x200; // AT_HANDLE_FID, 6.5
  if (::name_to_handle_at(AT_FDCWD, file.c_str(), handle, &mount, for_comparison) != 0 &&
      ::name_to_handle_at(AT_FDCWD, file.c_str(), handle, &mount, 0) != 0)
  {
    return "name_to_handle_at: " + std::generic_category().message(errno);
  }
  const auto bytes = std::span(storage).subspan(sizeof(::file_handle), handle->handle_bytes);
  return unless(*fid == file_handle_view(fid->fsid(), handle->handle_type, bytes),
                "another handle than that of name_to_handle_at");
}

std::string names_are_told(trial& here)
{
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::create | event_mask::delete_);
  const std::string longest(255, 'n');
  here.write(longest);
  const auto events = here.read(group);
  const auto name = events.size() == 1 ? events.front().name() : std::nullopt;
  return name ? unless(*name == longest, "the name came as: " + std::string(*name))
              : "no event with a name";
}

std::string entries_come_and_go(trial& here)
{
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::create | event_mask::delete_ | event_mask::move);
  fs::rename(here.write("a"), here.directory() / "b");
  fs::remove(here.directory() / "b");
  return differs(event_mask::create | event_mask::delete_ | event_mask::move,
                 here.read_masks(group));
}

std::string renames_have_both_sides(trial& here)
{
  here.write("old");
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::rename);
  fs::rename(here.directory() / "old", here.directory() / "new");
  const auto events = here.read(group);
  return unless(events.size() == 1 && events.front().old_name() == "old" &&
                    events.front().new_name() == "new",
                "not one event with both names");
}

std::string own_events_have_a_process(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::open);
  try_open(file, O_RDONLY);
  const auto events = here.read(group);
  return unless(events.size() == 1 && events.front().pid() == ::getpid(),
                "not one event of this process");
}

std::string descriptors_are_of_the_object(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::class_notif);
  group.add_mark(file, event_mask::open);
  try_open(file, O_RDONLY);
  const auto events = here.read(group);
  if (events.size() != 1 || events.front().fd() < 0)
  {
    return "no event with a descriptor";
  }
  std::array<char, 4> text{};
  const auto bytes = ::pread(events.front().fd(), text.data(), text.size(), 0);
  return unless(bytes == 4 && std::string_view(text.data(), 4) == "text",
                "the descriptor has other contents");
}

std::string pidfds_are_told(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_pidfd);
  group.add_mark(file, event_mask::open);
  opener other(file);
  const auto events = here.read(group);
  return unless(events.size() == 1 && events.front().pid() == other.pid() &&
                    (events.front().pidfd() >= 0 || events.front().pidfd_error()),
                "not one event with a pidfd of the process that caused it");
}

// Reading -----------------------------------------------------------------------------------------

std::string an_empty_queue_blocks_nobody(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  group.non_blocking(true);
  event_buffer buffer;
  error_code ec;
  static_cast<void>(group.read_events(buffer, ec));
  return unless(ec == asio::error::would_block, "reading gave: " + ec.message());
}

std::string a_small_buffer_loses_nothing(trial& here)
{
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::create);
  here.write("file");
  event_buffer tiny(30);
  error_code ec;
  static_cast<void>(group.read_events(tiny, ec));
  if (ec != errc::buffer_too_small)
  {
    return "reading into 30 bytes gave: " + ec.message();
  }
  return differs(event_mask::create, here.read_masks(group));
}

std::string one_read_brings_what_fits(trial& here)
{
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::create);
  here.write("a");
  here.write("b");
  constexpr std::size_t one_and_a_half = 100;
  const auto first = here.read(group, one_and_a_half);
  const auto second = here.read(group, one_and_a_half);
  return unless(first.size() == 1 && second.size() == 1, "not one event in each of two reads");
}

// What is refused ---------------------------------------------------------------------------------

std::string only_directories_are_marked(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  return must_fail(
      condition(ENOTDIR), [&](error_code& ec)
      { group.add_mark(file, event_mask::open, ec, mark_target::inode, mark_flags::onlydir); });
}

std::string names_need_directories(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  return must_fail(condition(EINVAL), [&](error_code& ec)
                   { group.add_mark(here.directory(), event_mask::rename, ec); });
}

std::string a_mark_that_is_not_there_stays_so(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  return must_fail(condition(ENOENT), [&](error_code& ec)
                   { group.remove_mark(here.directory(), event_mask::open, ec); });
}

// Permission --------------------------------------------------------------------------------------

/// A process that opens a file gets this answer, and `expected` of it.
std::string answer(trial& here, init_flags group_class, const response& given, int expected)
{
  const auto file = here.write("file");
  auto group = here.open(group_class);
  group.add_mark(file, event_mask::open_perm);
  opener other(file);
  const auto events = here.read(group);
  if (events.size() != 1 || !events.front().needs_response())
  {
    return "not one request";
  }
  group.respond(events.front(), given);
  return differs("opening", expected, other.result());
}

std::string an_allowed_process_goes_on(trial& here)
{
  return answer(here, init_flags::class_content, response::allow(), 0);
}

std::string a_denied_process_gets_eperm(trial& here)
{
  return answer(here, init_flags::class_content, response::deny(), EPERM);
}

std::string a_denied_process_gets_the_errno(trial& here)
{
  return answer(here, init_flags::class_pre_content, response::deny(EBUSY), EBUSY);
}

std::string a_close_frees_who_waits(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::class_content);
  group.add_mark(file, event_mask::open_perm);
  opener read(file);
  const auto events = here.read(group);
  opener queued(file);
  group.close();
  auto difference = differs("who was read", 0, read.result());
  return difference.empty() ? differs("who was queued", 0, queued.result()) : difference;
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

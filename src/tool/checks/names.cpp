// Which object an event is about: its file handle, and the name of the entry.

#include "expect.hpp"
#include "needs.hpp"

#include <array>
#include <cstddef>
#include <filesystem>
#include <new>
#include <span>
#include <string>
#include <vector>

#include <fcntl.h>

namespace fanio::tool {

namespace {

namespace fs = std::filesystem;

/// The file handle that name_to_handle_at(2) gives.
class handle_of
{
public:
  explicit handle_of(const fs::path& file)
  {
    handle_->handle_bytes = MAX_HANDLE_SZ;
    constexpr int for_comparison = 0x200; // AT_HANDLE_FID, 6.5
    const auto ask = [&](int flags)
    {
      int mount = 0;
      return ::name_to_handle_at(AT_FDCWD, file.c_str(), handle_, &mount, flags) == 0;
    };
    expect(ask(for_comparison) || ask(0), "name_to_handle_at has none");
  }

  handle_of(const handle_of&) = delete;
  handle_of& operator=(const handle_of&) = delete;
  ~handle_of() = default;

  /// Throws `difference` where the event has another.
  void expect_in(const event& e) const
  {
    const auto fid = e.fid().value_or(file_handle_view());
    const auto bytes = std::span(storage_).subspan(sizeof(::file_handle), handle_->handle_bytes);
    expect(fid == file_handle_view(fid.fsid(), handle_->handle_type, bytes),
           "another handle than that of name_to_handle_at");
  }

private:
  alignas(::file_handle) std::array<std::byte, sizeof(::file_handle) + MAX_HANDLE_SZ> storage_{};
  ::file_handle* handle_ = new (storage_.data())::file_handle;
};

void expect_name(const std::string& expected, const event& e)
{
  const auto name = std::string(e.name().value_or(""));
  expect(name == expected, "expected the name " + expected + ", got " + name);
}

void handles_are_those_of_the_object(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::open);
  const auto fd = open_file(file, O_RDONLY);
  handle_of(file).expect_in(only(here.read(group)));
}

void a_removed_file_is_told_by_its_handle(trial& here)
{
  const auto file = here.write("file");
  const handle_of handle(file);
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::delete_self);
  fs::remove(file);
  const auto e = only(here.read(group));
  expect(event_mask::delete_self, e.mask());
  handle.expect_in(e);
}

void entries_without_names_are_one_event(trial& here)
{
  auto group = here.open(init_flags::report_fid);
  group.add_mark(here.directory(), event_mask::create | event_mask::delete_ | event_mask::move);
  fs::rename(here.write("a"), here / "b");
  fs::remove(here / "b");
  const auto e = only(here.read(group));
  expect(event_mask::create | event_mask::delete_ | event_mask::move, e.mask());
  handle_of(here.directory()).expect_in(e);
}

void new_directories_are_told(trial& here)
{
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::create | event_mask::ondir);
  fs::create_directory(here / "directory");
  const auto e = only(here.read(group));
  expect(event_mask::create | event_mask::ondir, e.mask());
  expect_name("directory", e);
}

void entries_come_and_go(trial& here)
{
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::create | event_mask::delete_ | event_mask::move);
  fs::rename(here.write("a"), here / "b");
  fs::remove(here / "b");
  const auto events = here.read(group);
  expect({event_mask::create | event_mask::moved_from, event_mask::delete_ | event_mask::moved_to},
         events);
  expect_name("a", events.front());
  expect_name("b", events.back());
}

void renames_have_both_sides(trial& here)
{
  here.write("old");
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::rename);
  fs::rename(here / "old", here / "new");
  const auto e = only(here.read(group));
  expect(e.old_name() == "old" && e.new_name() == "new", "not both names");
}

void names_are_told(trial& here)
{
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::create);
  const std::string longest(255, 'n');
  here.write(longest);
  expect_name(longest, only(here.read(group)));
}

void what_a_rename_replaces_is_not_told_as_removed(trial& here)
{
  here.write("old");
  here.write("victim");
  auto group = here.open(init_flags::report_dfid_name);
  group.add_mark(here.directory(), event_mask::delete_ | event_mask::move);
  fs::rename(here / "old", here / "victim");
  expect(event_mask::move, here.read_masks(group));
}

} // namespace

std::span<const check> name_checks() noexcept
{
  static constexpr std::array checks{
      check{"L03", "events have the file handle of the object", handles,
            handles_are_those_of_the_object},
      check{"L05", "a file that is gone is told by its file handle", handles,
            a_removed_file_is_told_by_its_handle},
      check{"N01", "without names, a directory's entries are told as one event", handles,
            entries_without_names_are_one_event},
      check{"O01", "a new directory is told by its name", handles, new_directories_are_told},
      check{"O03", "entries that come, move and go are told by their names", handles,
            entries_come_and_go},
      check{"O12", "a rename has both names", renames, renames_have_both_sides},
      check{"X04", "names are told, up to 255 bytes", handles, names_are_told},
      check{"X37", "what a rename replaces is not told as removed", handles,
            what_a_rename_replaces_is_not_told_as_removed},
  };
  return checks;
}

} // namespace fanio::tool

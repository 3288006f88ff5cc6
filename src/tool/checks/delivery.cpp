// What happens to files is told.

#include "../other_process.hpp"
#include "expect.hpp"
#include "needs.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

namespace fs = std::filesystem;

void reading_is_told(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::open | event_mask::access | event_mask::close);
  read_byte(open_file(file, O_RDONLY));
  expect(event_mask::open | event_mask::access | event_mask::close_nowrite, here.read_masks(group));
}

void writing_is_told(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::open | event_mask::modify | event_mask::close);
  write_byte(open_file(file, O_RDWR));
  expect(event_mask::open | event_mask::modify | event_mask::close_write, here.read_masks(group));
}

void children_are_told(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(here.directory(), event_mask::open | event_mask::event_on_child);
  try_open(file, O_RDONLY);
  expect(event_mask::open, here.read_masks(group));
}

void children_are_told_only_if_asked_for(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(here.directory(),
                 event_mask::open | event_mask::ondir | event_mask::event_on_child);
  group.remove_mark(here.directory(), event_mask::event_on_child);
  try_open(file, O_RDONLY);
  expect_nothing(group);
  try_open(here.directory(), O_RDONLY | O_DIRECTORY);
  expect(event_mask::open | event_mask::ondir, here.read_masks(group));
}

void a_mark_on_a_link_is_not_on_its_file(trial& here)
{
  here.write("file");
  fs::create_symlink("file", here / "link");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(here / "link", event_mask::open, mark_target::inode, mark_flags::dont_follow);
  try_open(here / "link", O_RDONLY);
  expect_nothing(group);
}

void descriptors_are_of_the_object(trial& here)
{
  here.write("file");
  fs::create_symlink("file", here / "link");
  auto group = here.open(init_flags::class_notif);
  group.add_mark(here / "link", event_mask::open);
  try_open(here / "link", O_RDONLY);
  const auto e = only(here.read(group));
  std::array<char, 4> text{};
  const auto bytes = ::pread(e.fd(), text.data(), text.size(), 0);
  expect(bytes == 4 && std::string_view(text.data(), text.size()) == "text",
         "expected a descriptor of the file, got " + std::to_string(e.fd()));
}

void flushed_marks_are_gone(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::open);
  group.add_mark(here.directory(), event_mask::open | event_mask::ondir);
  group.flush_marks(mark_target::inode);
  try_open(file, O_RDONLY);
  try_open(here.directory(), O_RDONLY | O_DIRECTORY);
  expect_nothing(group);
}

void fifos_are_told(trial& here)
{
  const auto fifo = here / "fifo";
  if (::mkfifo(fifo.c_str(), S_IRUSR | S_IWUSR) != 0)
  {
    throw fs::filesystem_error("mkfifo", fifo, std::error_code(errno, std::generic_category()));
  }
  auto group = here.open(init_flags::report_fid);
  group.add_mark(fifo, event_mask::open | event_mask::modify | event_mask::close);
  {
    const auto fd = open_file(fifo, O_RDWR); // to wait for no other end
    expect(::write(fd.get(), "w", 1) == 1, "a FIFO can't be written to");
  }
  expect(event_mask::open | event_mask::modify | event_mask::close_write, here.read_masks(group));
}

} // namespace

std::span<const check> delivery_checks() noexcept
{
  static constexpr std::array checks{
      check{"A01", "opening, reading and closing are told", handles, reading_is_told},
      check{"A02", "opening, writing and closing are told", handles, writing_is_told},
      check{"A08", "a directory's mark tells of its children", handles, children_are_told},
      check{"A09", "a directory's mark that no longer asks for children tells of itself", handles,
            children_are_told_only_if_asked_for},
      check{"C02", "a mark on a symbolic link is not on its file", handles,
            a_mark_on_a_link_is_not_on_its_file},
      check{"C03", "a mark through a symbolic link brings descriptors of its file", root,
            descriptors_are_of_the_object},
      check{"C05", "flushed marks are gone", handles, flushed_marks_are_gone},
      check{"X48", "a FIFO's mark tells of it", handles, fifos_are_told},
  };
  return checks;
}

} // namespace fanio::tool

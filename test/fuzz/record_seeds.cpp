// Writes what real reads of real groups give as seeds of the fuzz targets, below the directory that
// is its argument: fuzz_record_seeds test/fuzz/seeds. As root, for most groups are privileged.

#include "require.hpp"
#include "support/flood.hpp"
#include "support/full_descriptor_table.hpp"
#include "support/temp_directory.hpp"
#include <fanio/basic_fanotify_handle.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <sched.h>
#include <sys/mount.h>

namespace fs = std::filesystem;
using fanio::event_mask;
using fanio::init_flags;
using fanio::mark_target;
using fuzz::require;

namespace {

struct seed
{
  const char* name;
  init_flags flags;
  event_mask mask;
  mark_target target = mark_target::inode;
};

constexpr auto on_files = event_mask::open | event_mask::access | event_mask::modify |
                          event_mask::close | event_mask::event_on_child | event_mask::ondir;
constexpr auto on_names =
    on_files | event_mask::create | event_mask::delete_ | event_mask::move | event_mask::attrib;
constexpr auto requests = event_mask::open_perm | event_mask::event_on_child;

constexpr std::array seeds{
    seed{"fd", init_flags::class_notif, on_files},
    seed{"fd_and_pidfd", init_flags::report_pidfd | init_flags::report_fd_error, on_files},
    seed{"fd_and_tid", init_flags::report_tid, on_files},
    seed{"fid", init_flags::report_fid, on_names},
    seed{"fid_of_filesystem", init_flags::report_fid, on_names | event_mask::delete_self,
         mark_target::filesystem},
    seed{"dir_fid", init_flags::report_dir_fid, on_names},
    seed{"names", init_flags::report_dfid_name, on_names},
    seed{"names_and_pidfd", init_flags::report_dfid_name | init_flags::report_pidfd, on_names},
    seed{"renames", init_flags::report_dfid_name_target, on_names | event_mask::rename},
    seed{"requests", init_flags::class_content, requests},
    seed{"requests_and_pidfd", init_flags::class_content | init_flags::report_pidfd, requests},
    seed{"ranges", init_flags::class_pre_content | init_flags::report_pidfd,
         event_mask::pre_access | event_mask::event_on_child},
};

/// Something of everything.
void act(const fs::path& directory)
{
  std::ofstream(directory / "new") << "text";
  fs::create_directory(directory / "directory");
  fs::permissions(directory / "new", fs::perms::owner_read | fs::perms::owner_write);
  fs::rename(directory / "new", directory / "directory/renamed");
  std::ifstream text(directory / "old");
  std::string word;
  text >> word;
  fs::remove_all(directory / "directory");
}

void write(const fs::path& file, std::span<const std::byte> bytes)
{
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

/// The target parse_events takes the flags of the group, and then the events.
void write_parsed(const fs::path& file, init_flags flags, std::span<const std::byte> events)
{
  const auto first = static_cast<std::uint16_t>(to_underlying(flags));
  std::vector<std::byte> all(sizeof first);
  std::memcpy(all.data(), &first, sizeof first);
  all.insert(all.end(), events.begin(), events.end());
  write(file, all);
}

/// The target respond is a program that takes its decisions from the end, the last byte first, and
/// what is read from the front, where a backslash stands for itself only before another.
void write_answered(const fs::path& file, init_flags flags, std::span<const std::byte> events)
{
  std::vector<std::byte> all;
  for (const auto byte : events)
  {
    all.insert(all.end(), byte == std::byte{'\\'} ? 2U : 1U, byte);
  }
  all.insert(all.end(), {std::byte{'\\'}, std::byte{0}});
  const auto first = static_cast<std::uint16_t>(to_underlying(flags));
  std::vector<std::byte> decisions{
      std::byte(first >> 8), std::byte(first & 0xff),
      std::byte{0},                         // no write fails
      std::byte{1},                         // deny by default
      std::byte{0},          std::byte{2},  // ask also for itself; a reserve
      std::byte{4},          std::byte{0}}; // a buffer of 1024 bytes
  for (unsigned i = 0; i < 48; ++i)         // what is done with an event, in turn, and how
  {
    decisions.push_back(std::byte(i % 6));
    decisions.insert(decisions.end(), {std::byte(i % 2), std::byte{0}});
  }
  all.insert(all.end(), decisions.rbegin(), decisions.rend());
  write(file, all);
}

void write_both(const fs::path& to, const char* name, init_flags flags,
                std::span<const std::byte> events)
{
  write_parsed(to / "parse_events" / name, flags, events);
  write_answered(to / "respond" / name, flags, events);
}

void copy_text(const fs::path& from, const fs::path& to)
{
  fs::create_directories(to.parent_path());
  std::ifstream in(from);
  std::ofstream(to) << std::string(std::istreambuf_iterator<char>(in), {});
}

void record(const seed& s, const fs::path& to)
{
  const test::temp_directory directory;
  directory.write("old");
  boost::asio::io_context context;
  fanio::fanotify_handle group(context, {.flags = s.flags});
  group.non_blocking(true);
  group.add_mark(directory.path(), s.mask, s.target);
  fanio::event_buffer buffer(1000); // what the fuzzer takes as one input
  bool written = false;
  std::atomic<bool> done = false;
  const std::jthread actor( // whose requests the reads allow
      [&]
      {
        act(directory.path());
        done = true;
      });
  while (!done || group.queued() > 0)
  {
    fanio::error_code nothing_yet;
    const auto events = group.read_events(buffer, nothing_yet);
    if (!events.empty() && !written)
    {
      written = true;
      write_both(to, s.name, group.flags(), events.bytes());
    }
  }
  copy_text("/proc/self/fdinfo/" + std::to_string(group.native_handle()),
            to / "proc_files" / s.name);
}

/// A full queue: the last event that it holds says so.
void record_overflow(const fs::path& to)
{
  const test::temp_directory directory;
  boost::asio::io_context context;
  fanio::fanotify_handle group(context, {.flags = init_flags::report_dfid_name});
  group.add_mark(directory.path(), event_mask::create | event_mask::event_on_child);
  test::open_many(directory.path(), test::queue_limit() + 1);
  for (fanio::event_buffer buffer(1000);;)
  {
    const auto events = group.read_events(buffer);
    if (std::ranges::any_of(events, &fanio::event_view::is_overflow))
    {
      return write_both(to, "overflow", group.flags(), events.bytes());
    }
  }
}

/// No descriptor was free for the event's file, nor for its process.
void record_lost(const fs::path& to)
{
  const test::temp_directory directory;
  const auto file = directory.write("file");
  boost::asio::io_context context;
  fanio::fanotify_handle group(context,
                               {.flags = init_flags::report_pidfd | init_flags::report_fd_error});
  group.add_mark(file, event_mask::open);
  std::ifstream(file).get();
  fanio::event_buffer buffer(1000);
  const auto events = [&]
  {
    const test::full_descriptor_table full;
    return group.read_events(buffer);
  }();
  write_both(to, "lost", group.flags(), events.bytes());
}

/// Mounting, and an error of a filesystem, in a mount namespace of its own.
void record_mounts(const fs::path& to)
{
  const test::temp_directory directory;
  const auto place = directory / "place";
  fs::create_directory(place);
  const auto image = directory / "image";
  const auto make = "truncate -s 32M " + image.string() + " && mkfs.ext4 -q " + image.string();
  const auto mount = "mount -o loop " + image.string() + " " + place.string();
  require(::unshare(CLONE_NEWNS) == 0 &&
          ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
          std::system(make.c_str()) == 0);

  boost::asio::io_context context;
  fanio::event_buffer buffer(1000);
  fanio::fanotify_handle mounts(context, {.flags = init_flags::report_mnt});
  mounts.add_mark("/proc/self/ns/mnt", event_mask::mnt_attach | event_mask::mnt_detach,
                  mark_target::mntns);
  require(std::system(mount.c_str()) == 0);
  write_both(to, "mounts", mounts.flags(), mounts.read_events(buffer).bytes());

  fanio::fanotify_handle errors(context, {.flags = init_flags::report_fid});
  errors.add_mark(place, event_mask::fs_error, mark_target::filesystem);
  require(::mount(nullptr, place.c_str(), nullptr, MS_REMOUNT, "abort") == 0);
  write_both(to, "error", errors.flags(), errors.read_events(buffer).bytes());
  errors.close();
  ::umount2(place.c_str(), MNT_DETACH);
}

} // namespace

int main(int argc, char** argv)
{
  if (argc != 2)
  {
    std::cerr << "usage: fuzz_record_seeds DIRECTORY\n";
    return 2;
  }
  for (const auto& s : seeds)
  {
    record(s, argv[1]);
  }
  record_overflow(argv[1]);
  record_lost(argv[1]);
  record_mounts(argv[1]);
}

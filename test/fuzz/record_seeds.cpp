// Writes what real reads of real groups give as seeds of the fuzz targets, below the directory that
// is its argument: fuzz_record_seeds test/fuzz/seeds. As root, for most groups are privileged.

#include "support/temp_directory.hpp"
#include <fanio/basic_fanotify_handle.hpp>

#include <boost/asio/io_context.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <string>
#include <thread>

namespace fs = std::filesystem;
using fanio::event_mask;
using fanio::init_flags;
using fanio::mark_target;

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

void write(const fs::path& file, init_flags flags, std::span<const std::byte> bytes)
{
  fs::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  const auto first = static_cast<std::uint16_t>(to_underlying(flags));
  out.write(reinterpret_cast<const char*>(&first), sizeof first);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
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
      write(to / "parse_events" / s.name, group.flags(), events.bytes());
      write(to / "respond" / s.name, group.flags(), events.bytes());
    }
  }
  copy_text("/proc/self/fdinfo/" + std::to_string(group.native_handle()),
            to / "proc_files" / s.name);
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
}

// Which process an event is of.

#include "../other_process.hpp"
#include "expect.hpp"
#include "needs.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

void expect_process(pid_t expected, const event& e)
{
  expect(e.pid() == expected,
         "expected the process " + std::to_string(expected) + ", got " + std::to_string(e.pid()));
}

/// The process that a pidfd refers to, or 0.
pid_t process_of(int pidfd)
{
  std::ifstream info("/proc/self/fdinfo/" + std::to_string(pidfd));
  pid_t pid = 0;
  for (std::string word; info >> word;)
  {
    if (word == "Pid:" && info >> pid)
    {
      return pid;
    }
  }
  return 0;
}

/// Not so in a pid namespace whose /proc is that of another.
bool is_proc_of_this_namespace()
{
  std::error_code none;
  return std::filesystem::read_symlink("/proc/self", none) == std::to_string(::getpid());
}

void events_of_threads_are_of_their_process(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::class_notif);
  group.add_mark(file, event_mask::open);
  std::jthread([&] { try_open(file, O_RDONLY); }).join();
  expect_process(::getpid(), only(here.read(group)));
}

void own_events_have_a_process(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::open);
  try_open(file, O_RDONLY);
  expect_process(::getpid(), only(here.read(group)));
}

void others_events_have_none(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_fid);
  group.add_mark(file, event_mask::open);
  other_process other(file);
  expect_process(0, only(here.read(group)));
}

void pidfds_are_told(trial& here)
{
  const auto file = here.write("file");
  auto group = here.open(init_flags::report_pidfd);
  group.add_mark(file, event_mask::open);
  try_open(file, O_RDONLY);
  const auto e = only(here.read(group));
  expect_process(::getpid(), e);
  expect(e.pidfd() >= 0, "expected a pidfd");
  expect(!is_proc_of_this_namespace() || process_of(e.pidfd()) == ::getpid(),
         "expected a pidfd of this process, got " + std::to_string(e.pidfd()));
  expect(::lseek(e.fd(), 0, SEEK_END) == 4, "expected a descriptor of the file");
}

} // namespace

std::span<const check> process_checks() noexcept
{
  static constexpr std::array checks{
      check{"J01", "an event of any thread is of its process", root,
            events_of_threads_are_of_their_process},
      check{"Q06", "events of the reader have its process", handles, own_events_have_a_process},
      check{"Q07", "events of others have no process", ordinary_user, others_events_have_none},
      check{"R01", "events have a pidfd of the process, and a descriptor", pidfds, pidfds_are_told},
  };
  return checks;
}

} // namespace fanio::tool

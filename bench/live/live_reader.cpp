#include "live_reader.hpp"

#include "../harness/cpu.hpp"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <system_error>

#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

namespace fanio::bench {

namespace {

using std::chrono::steady_clock;

/// So long nothing may come before it counts as lost.
constexpr auto patience = std::chrono::seconds(2);

int check(int result, const char* what)
{
  return result >= 0 ? result : throw std::system_error(errno, std::system_category(), what);
}

unique_fd make_memory()
{
  unique_fd memory(check(::memfd_create("fanio-bench-board", MFD_CLOEXEC), "memfd_create"));
  static_cast<void>(check(::ftruncate(memory.get(), sizeof(live_board)), "ftruncate"));
  return memory;
}

/// As others can open it.
std::string path_of(const unique_fd& memory)
{
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(memory.get());
}

live_board* map(const unique_fd& memory)
{
  auto* const board = live_board_map(path_of(memory).c_str());
  static_cast<void>(check(board != nullptr ? 0 : -1, "mapping the board"));
  return board;
}

/// The letter of its state: proc(5), stat. It stands behind the name, which may contain anything.
char state_of(pid_t id)
{
  std::ifstream file("/proc/" + std::to_string(id) + "/stat");
  std::string line;
  std::getline(file, line);
  const auto end_of_name = line.rfind(") ");
  return end_of_name < line.size() - 2 ? line[end_of_name + 2] : '?';
}

} // namespace

process start_reader(const std::vector<std::string>& argv)
{
  process::settings how;
  how.core = reader_core;
  how.reads_output = true;
  auto child = process::run(argv, how);
  if (const auto line = child.line(); line != "ready")
  {
    throw std::runtime_error(argv.front() + ": " + line);
  }
  return child;
}

live_reader::live_reader(const command& command_line)
    : memory_(make_memory()),
      board_(map(memory_)),
      child_(start_reader(command_line(path_of(memory_))))
{}

live_reader::~live_reader()
{
  ::munmap(board_, sizeof *board_);
}

live_counts live_reader::wait_for(std::uint64_t changes) const
{
  auto seen = counts();
  auto last_progress = steady_clock::now();
  while (seen.changes < changes)
  {
    ::sched_yield(); // there may be one core only
    const auto now = steady_clock::now();
    const auto next = counts();
    if (next.changes != seen.changes)
    {
      last_progress = now;
    }
    else if (now - last_progress > patience)
    {
      break;
    }
    seen = next;
  }
  return seen;
}

void live_reader::stop() const
{
  child_.signal(SIGSTOP);
  for (auto state = state_of(id()); state != 'T'; state = state_of(id()))
  {
    if (state == '?' || state == 'Z')
    {
      throw std::runtime_error("a reader has ended");
    }
    ::sched_yield();
  }
}

void live_reader::go_on() const
{
  child_.signal(SIGCONT);
}

std::chrono::nanoseconds live_reader::delay_of(const std::function<void()>& make_event) const
{
  __atomic_store_n(&board_->handled_at, 0, __ATOMIC_RELEASE);
  const auto start = steady_clock::now();
  make_event();
  std::uint64_t handled = 0;
  while ((handled = __atomic_load_n(&board_->handled_at, __ATOMIC_ACQUIRE)) == 0)
  {
    ::sched_yield();
    if (steady_clock::now() - start > patience)
    {
      throw std::runtime_error("an event does not come");
    }
  }
  return std::chrono::nanoseconds(handled) - start.time_since_epoch();
}

live_counts operator-(const live_counts& after, const live_counts& before) noexcept
{
  return {.events = after.events - before.events,
          .changes = after.changes - before.changes,
          .masks = after.masks - before.masks,
          .path_bytes = after.path_bytes - before.path_bytes,
          .reads = after.reads - before.reads,
          .overflows = after.overflows - before.overflows,
          .unresolved = after.unresolved - before.unresolved,
          .allocations = after.allocations - before.allocations};
}

} // namespace fanio::bench

#include "checks.hpp"

#include "process.hpp"
#include "scratch.hpp"
#include <fanio/basic_fanotify_handle.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

namespace fanio::bench {

namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024;

/// 1,000 events with descriptors, or 1,000 connections with both their ends, and some more.
constexpr rlim_t least_descriptors = 4096;
constexpr std::uint64_t least_memory = 512 * mebibyte;
constexpr std::uint64_t least_space = 64 * mebibyte;

/// A tree of 100,000 directories, watched by inotify, and groups by the hundred.
constexpr std::pair<std::string_view, std::int64_t> good_limits[] = {
    {"fs.fanotify.max_queued_events", 16384}, {"fs.fanotify.max_user_groups", 128},
    {"fs.fanotify.max_user_marks", 110'000},  {"fs.inotify.max_queued_events", 16384},
    {"fs.inotify.max_user_watches", 110'000},
};

void raise_descriptor_limit()
{
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < least_descriptors)
  {
    throw std::runtime_error("only " + std::to_string(limit.rlim_cur) +
                             " files may be open at once: at least " +
                             std::to_string(least_descriptors) + " are needed (ulimit -Hn)");
  }
}

/// In a process of its own, for it changes where that is.
void check_mounts()
{
  auto child = process::fork(
      []
      {
        enter_private_mounts();
        const scratch_mount tried;
        return 0;
      });
  if (!child.wait().is_success())
  {
    throw std::runtime_error("can't mount a tmpfs in a mount namespace of its own, which keeps the "
                             "events of others away: a container needs CAP_SYS_ADMIN for it, and "
                             "no seccomp or AppArmor rule against mount(2)");
  }
}

void check_groups()
{
  try
  {
    boost::asio::io_context context;
    const fanotify_handle tried(context,
                                {.flags = init_flags::class_content | init_flags::unlimited_queue |
                                          init_flags::unlimited_marks});
  }
  catch (const std::exception& e)
  {
    throw std::runtime_error(std::string("can't open a fanotify group: ") + e.what());
  }
}

std::uint64_t available_memory()
{
  std::ifstream file("/proc/meminfo");
  std::uint64_t kibibytes = 0;
  for (std::string word; file >> word;)
  {
    if (word == "MemAvailable:" && file >> kibibytes)
    {
      return kibibytes * 1024;
    }
  }
  return std::numeric_limits<std::uint64_t>::max(); // it can't be known
}

void check_space()
{
  if (const auto bytes = available_memory(); bytes < least_memory)
  {
    throw std::runtime_error("only " + std::to_string(bytes / mebibyte) +
                             " MiB of memory are available: the trees of the cases are in memory, "
                             "and take up to " +
                             std::to_string(least_memory / mebibyte));
  }
  const auto place = std::filesystem::temp_directory_path();
  if (const auto bytes = std::filesystem::space(place).available; bytes < least_space)
  {
    throw std::runtime_error("only " + std::to_string(bytes / mebibyte) + " MiB are free on " +
                             place.string() + ", for temporary files: at least " +
                             std::to_string(least_space / mebibyte) +
                             " are needed; TMPDIR can name another place");
  }
}

} // namespace

std::vector<std::string> check_machine(const machine& here)
{
  if (::geteuid() != 0)
  {
    throw std::runtime_error("needs root (CAP_SYS_ADMIN): it mounts filesystems of its own, and "
                             "opens groups that ask for permission. Call it with sudo");
  }
  raise_descriptor_limit();
  check_space(); // which the others need
  check_mounts();
  check_groups();
  std::vector<std::string> warnings;
  for (const auto& [name, good] : good_limits)
  {
    if (const auto found = here.limits.find(std::string(name));
        found != here.limits.end() && found->second < good)
    {
      warnings.push_back(std::string(name) + " is " + std::to_string(found->second) +
                         ", which may be too low for some programs: sysctl " + std::string(name) +
                         '=' + std::to_string(good));
    }
  }
  if (here.cores < 2)
  {
    warnings.emplace_back("there is one core: who makes events and who reads them take it from "
                          "each other");
  }
  return warnings;
}

} // namespace fanio::bench

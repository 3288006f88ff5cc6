#include "fapolicyd.hpp"

#include "../harness/cpu.hpp"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

namespace fanio::bench {

namespace {

namespace fs = std::filesystem;

constexpr const char* program_path = "usr/sbin/fapolicyd";

void mount_on(const fs::path& place, const char* what, const char* type, unsigned long flags,
              const std::string& options = {})
{
  if (::mount(what, place.c_str(), type, flags, options.c_str()) != 0)
  {
    throw std::system_error(errno, std::system_category(), "mounting " + place.string());
  }
}

void write_file(const fs::path& file, std::string_view text)
{
  std::ofstream out(file, std::ios::trunc);
  out << text << std::flush;
  if (!out)
  {
    throw std::runtime_error("cannot write " + file.string());
  }
}

/// As fdinfo shows it: hexadecimal.
[[nodiscard]] std::string mount_id(const fs::path& place)
{
  struct statx found{};
  if (::statx(AT_FDCWD, place.c_str(), 0, STATX_MNT_ID, &found) != 0 ||
      (found.stx_mask & STATX_MNT_ID) == 0)
  {
    throw std::runtime_error("the kernel does not tell the number of a mount (5.8)");
  }
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, found.stx_mnt_id, 16).ptr;
  return {digits, end};
}

/// The marks of all groups of a process: the lines of fdinfo, such as "mnt_id:5b mflags:0 ...".
[[nodiscard]] std::vector<std::string> marks_of(pid_t id)
{
  std::vector<std::string> marks;
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(id) + "/fdinfo"))
  {
    std::ifstream info(entry.path());
    for (std::string line; std::getline(info, line);)
    {
      constexpr std::string_view of_group = "fanotify ";
      if (line.starts_with(of_group) && !line.starts_with("fanotify flags:"))
      {
        marks.push_back(line.substr(of_group.size()));
      }
    }
  }
  return marks;
}

/// "Allowed accesses: 9"
[[nodiscard]] std::uint64_t count_in(std::string_view line, std::string_view what)
{
  std::uint64_t count = 0;
  if (line.starts_with(what))
  {
    std::from_chars(line.data() + what.size(), line.data() + line.size(), count);
  }
  return count;
}

} // namespace

fapolicyd_guard::fapolicyd_guard(const std::string& rules, const fs::path& package)
{
  if (!fs::exists((package.empty() ? "/" : package) / program_path))
  {
    throw std::runtime_error("not installed");
  }
  make_root();
  if (!package.empty())
  {
    fs::copy(package, root(),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing |
                 fs::copy_options::copy_symlinks);
  }
  configure(rules);
}

void fapolicyd_guard::make_root() const
{
  for (const char* name : {"changes", "work", "root"})
  {
    fs::create_directory(base_.path() / name);
  }
  mount_on(root(), "overlay", "overlay", 0,
           "lowerdir=/,upperdir=" + (base_.path() / "changes").string() +
               ",workdir=" + (base_.path() / "work").string());
  fs::create_directories(root() / "proc");
  mount_on(root() / "proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
  fs::create_directories(root() / "dev");
  write_file(root() / "dev/null", "");
  mount_on(root() / "dev/null", "/dev/null", nullptr, MS_BIND);
  fs::create_directory(place());
  mount_on(place(), "fanio-bench", filesystem, MS_NOSUID);
}

void fapolicyd_guard::configure(const std::string& rules) const
{
  const auto etc = root() / "etc/fapolicyd";
  fs::remove_all(etc);
  fs::remove_all(root() / "var/lib/fapolicyd");
  for (const auto& directory :
       {etc, root() / "run/fapolicyd", root() / "var/lib/fapolicyd", root() / "var/log"})
  {
    fs::create_directories(directory);
  }
  write_file(etc / "fapolicyd.conf", std::string("watch_fs = ") + filesystem +
                                         "\n"
                                         "permissive = 0\n"
                                         "nice_val = 0\n"
                                         "uid = 0\n"
                                         "gid = 0\n"
                                         "do_stat_report = 1\n"
                                         "detailed_report = 0\n"
                                         "db_max_size = 10\n"
                                         "trust = file\n"
                                         "integrity = none\n"
                                         "allow_filesystem_mark = 0\n");
  write_file(etc / "compiled.rules", rules);
  write_file(etc / "fapolicyd.trust", "/usr/bin/true 1 " + std::string(64, '0') + '\n');
}

process fapolicyd_guard::start() const
{
  // What it says is on standard error.
  auto program =
      process::run({"sh", "-c", "exec chroot \"$0\" \"$1\" --debug-deny --no-details 2>&1", root(),
                    "/" + std::string(program_path)},
                   {.core = reader_core, .output = {}, .reads_output = true});
  while (program.line() != "Starting to listen for events")
  {
  }
  check_marks(program);
  return program;
}

void fapolicyd_guard::check_marks(const process& program) const
{
  const auto marks = marks_of(program.id());
  if (marks.size() != 1 || !marks.front().starts_with("mnt_id:" + mount_id(place()) + " "))
  {
    throw std::runtime_error("it guards something else than the one mount that it is to guard");
  }
}

std::uint64_t fapolicyd_guard::end(process& program)
{
  program.signal(SIGTERM);
  for (std::uint64_t allowed = 0;;)
  {
    const auto line = program.line();
    allowed += count_in(line, "Allowed accesses: ");
    constexpr std::string_view last = "Denied accesses: ";
    if (line.starts_with(last))
    {
      return allowed + count_in(line, last);
    }
  }
}

} // namespace fanio::bench

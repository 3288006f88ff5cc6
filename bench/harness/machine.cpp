#include "machine.hpp"

#include <fanio/version.hpp>

#include <boost/config.hpp>
#include <boost/version.hpp>

#include <ctime>
#include <fstream>
#include <thread>

#include <sched.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

namespace fanio::bench {

namespace {

std::string kernel()
{
  utsname names{};
  ::uname(&names);
  return std::string(names.sysname) + ' ' + names.release + ' ' + names.machine;
}

std::string cpu()
{
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
  {
    if (const auto colon = line.find(": ");
        line.starts_with("model name") && colon != std::string::npos)
    {
      return line.substr(colon + 2);
    }
  }
  return "unknown";
}

std::size_t cores()
{
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? static_cast<std::size_t>(CPU_COUNT(&set))
                                                       : std::thread::hardware_concurrency();
}

std::uint64_t memory()
{
  struct sysinfo info = {};
  ::sysinfo(&info);
  return std::uint64_t{info.totalram} * info.mem_unit;
}

std::string version(int number)
{
  return std::to_string(number / 10000) + '.' + std::to_string(number / 100 % 100) + '.' +
         std::to_string(number % 100);
}

std::string now()
{
  const std::time_t time = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::string text(32, '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
  return text;
}

std::map<std::string, std::int64_t> limits()
{
  std::map<std::string, std::int64_t> found;
  for (const std::string name :
       {"fanotify/max_queued_events", "fanotify/max_user_groups", "fanotify/max_user_marks",
        "inotify/max_queued_events", "inotify/max_user_watches"})
  {
    std::ifstream file("/proc/sys/fs/" + name);
    if (std::int64_t value = 0; file >> value)
    {
      found["fs." + name.substr(0, name.find('/')) + '.' + name.substr(name.find('/') + 1)] = value;
    }
  }
  return found;
}

} // namespace

machine this_machine()
{
  machine on;
  on.kernel = kernel();
  on.cpu = cpu();
  on.cores = cores();
  on.memory = memory();
  on.compiler = BOOST_COMPILER;
  on.boost = version(BOOST_VERSION / 100000 * 10000 + BOOST_VERSION / 100 % 1000 * 100 +
                     BOOST_VERSION % 100);
  on.fanio = version(FANIO_VERSION);
  on.date = now();
  on.limits = limits();
  return on;
}

} // namespace fanio::bench

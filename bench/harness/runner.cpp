#include "runner.hpp"

#include "json.hpp"
#include "process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fanio::bench {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The process of a case tells lines: what it is doing, and at the end its report.
constexpr char is_progress = 'p';
constexpr char is_report = 'r';

[[noreturn]] void fail(const char* what)
{
  throw std::system_error(errno, std::system_category(), what);
}

void tell(int fd, char kind, std::string text)
{
  std::ranges::replace(text, '\n', ' ');
  text = kind + std::move(text) + '\n';
  for (std::string_view rest = text; !rest.empty();)
  {
    const auto written = ::write(fd, rest.data(), rest.size());
    if (written < 0)
    {
      fail("telling the harness");
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// In the process of the case.
int run_here(const bench_case& what, run_options options, const std::filesystem::path& files,
             int fd)
{
  options.progress = [fd](std::string_view text) { tell(fd, is_progress, std::string(text)); };
  outcome found;
  std::string failure;
  try
  {
    if (::setenv("TMPDIR", files.c_str(), 1) != 0)
    {
      fail("TMPDIR");
    }
    enter_private_mounts();
    what.run(options, found);
  }
  catch (const std::exception& e)
  {
    failure = e.what();
  }
  catch (...)
  {
    failure = "threw what is no std::exception";
  }
  tell(fd, is_report, pack(make_report(std::string(what.name), found, failure)));
  return EXIT_SUCCESS;
}

/// The lines that the process of a case tells.
class teller
{
public:
  teller(unique_fd fd, pid_t id)
      : fd_(std::move(fd)),
        ended_(static_cast<int>(::syscall(SYS_pidfd_open, id, 0)))
  {
    if (!ended_ || ::fcntl(fd_.get(), F_SETFL, O_NONBLOCK) != 0)
    {
      fail("the process of a case");
    }
  }

  enum class what
  {
    line,
    end,
    stop,
    timeout
  };

  /// The next that happens.
  what next(std::string& line, int stop, steady_clock::time_point until)
  {
    while (!take(line))
    {
      const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
      std::array<pollfd, 3> waited = {
          {{stop, POLLIN, 0}, {fd_.get(), POLLIN, 0}, {ended_.get(), POLLIN, 0}}};
      const auto patience = static_cast<int>(std::max(left, milliseconds(0)).count());
      if (::poll(waited.data(), waited.size(), patience) < 0 && errno != EINTR)
      {
        fail("poll");
      }
      if (waited[0].revents != 0)
      {
        return what::stop;
      }
      // What it has told before its end comes first. A child of its own may still hold the pipe.
      if (!receive() && waited[2].revents != 0)
      {
        return take(line) ? what::line : what::end;
      }
      if (left.count() <= 0)
      {
        return what::timeout;
      }
    }
    return what::line;
  }

private:
  bool take(std::string& line)
  {
    const auto end = told_.find('\n');
    if (end == std::string::npos)
    {
      return false;
    }
    line = told_.substr(0, end);
    told_.erase(0, end + 1);
    return true;
  }

  bool receive()
  {
    std::array<char, 65536> bytes{};
    const auto count = ::read(fd_.get(), bytes.data(), bytes.size());
    told_.append(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    return count > 0;
  }

  unique_fd fd_;
  unique_fd ended_;
  std::string told_;
};

std::string end_text(process_end end)
{
  if (WIFSIGNALED(end.status))
  {
    return std::string("its process was killed: ") + ::strsignal(WTERMSIG(end.status));
  }
  return "its process ended with status " + std::to_string(WEXITSTATUS(end.status));
}

/// Ends those whose parents are gone and who thereby have become children of this process: it has
/// no others now.
void end_orphans()
{
  const auto orphans = []
  {
    std::ifstream file("/proc/thread-self/children");
    std::vector<pid_t> ids;
    for (pid_t id = 0; file >> id;)
    {
      ids.push_back(id);
    }
    return ids;
  };
  for (auto ids = orphans(); !ids.empty(); ids = orphans())
  {
    for (const pid_t id : ids)
    {
      ::kill(id, SIGKILL);
      ::waitpid(id, nullptr, 0);
    }
  }
}

void remove_content(const std::filesystem::path& directory)
{
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(directory, ignored))
  {
    std::filesystem::remove_all(entry.path(), ignored);
  }
}

} // namespace

runner::runner(stop_signals& stop, milliseconds patience) : stop_(stop), patience_(patience)
{
  // Other users' processes, too, are to reach what is mounted below it.
  if (::chmod(files_.path().c_str(), 0755) != 0 || ::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
  {
    fail("a place to run cases in");
  }
}

std::optional<case_report> runner::run(const bench_case& what, const run_options& options)
{
  auto found = supervise(what, options);
  end_orphans();
  remove_content(files_.path());
  if (found)
  {
    add_doubts(*found);
  }
  return found;
}

std::optional<case_report> runner::supervise(const bench_case& what, const run_options& options)
{
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
  {
    fail("pipe2");
  }
  unique_fd reader(ends[0]);
  unique_fd writer(ends[1]);
  auto child = process::fork([&] { return run_here(what, options, files_.path(), writer.get()); });
  writer.reset();
  teller told(std::move(reader), child.id());
  const auto failed = [&](const std::string& why)
  { return make_report(std::string(what.name), {}, why); };

  const auto until = steady_clock::now() + patience_;
  std::string doing = "its start";
  for (std::string line;;)
  {
    switch (told.next(line, stop_.fd(), until))
    {
    case teller::what::line:
      if (line.front() == is_report)
      {
        return unpack(line.substr(1));
      }
      doing = line.substr(1);
      options.progress(doing);
      break;
    case teller::what::end:
      return failed(end_text(child.wait()) + "; at " + doing);
    case teller::what::stop:
      return std::nullopt;
    case teller::what::timeout:
      return failed("took too long, and was ended; at " + doing);
    }
  }
}

} // namespace fanio::bench

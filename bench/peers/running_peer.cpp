#include "running_peer.hpp"

#include "../harness/cpu.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fanio::bench {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A file can't be waited for without making its writer slower, which inotify would: it is looked
/// at so often.
constexpr auto look_again = std::chrono::microseconds(200);

constexpr auto most_patience = std::chrono::minutes(2);

[[noreturn]] void fail(const std::string& what)
{
  throw std::system_error(errno, std::system_category(), what);
}

/// Waits until it is so; false: not within `patience`.
template <typename Condition>
bool await(milliseconds patience, Condition is_so)
{
  const auto until = steady_clock::now() + patience;
  while (!is_so())
  {
    if (steady_clock::now() > until)
    {
      return false;
    }
    std::this_thread::sleep_for(look_again);
  }
  return true;
}

process start(const peer& what, const std::string& root, const std::string& output)
{
  std::vector<std::string> argv{"sh", "-c", R"(cd "$0" && exec "$@")", root};
  std::ranges::replace_copy(what.argv, std::back_inserter(argv), std::string("{}"), root);
  return process::run(argv, {.core = reader_core, .output = output});
}

} // namespace

running_peer::running_peer(const peer& what, const storm& made, const std::filesystem::path& output)
    : ready_by_(what.ready_by),
      made_(made),
      process_(start(what, made.root, output)),
      output_(::open(output.c_str(), O_RDONLY | O_CLOEXEC))
{
  if (!output_)
  {
    fail(output);
  }
}

bool running_peer::has_ended() const
{
  siginfo_t info{};
  return end_ || (::waitid(P_PID, static_cast<id_t>(process_.id()), &info,
                           WEXITED | WNOHANG | WNOWAIT) == 0 &&
                  info.si_pid == process_.id());
}

void running_peer::read_output()
{
  std::array<char, 64 * 1024> read{};
  for (ssize_t bytes = 0; (bytes = ::read(output_.get(), read.data(), read.size())) > 0;)
  {
    const auto end = read.begin() + bytes;
    lines_ += static_cast<std::size_t>(std::count(read.begin(), end, '\n'));
    recent_.append(read.begin(), end);
  }
}

/// Of what was there before it keeps what an error message needs.
bool running_peer::tells_of(const std::string& text)
{
  read_output();
  const bool is_told = recent_.find(text) != std::string::npos;
  constexpr std::size_t kept = 400;
  recent_.erase(0, recent_.size() - std::min(recent_.size(), kept));
  return is_told;
}

/// In one line.
std::string running_peer::last_words()
{
  read_output();
  std::string words = recent_;
  std::ranges::replace(words, '\n', ' ');
  words.erase(words.find_last_not_of(' ') + 1);
  return words.empty() ? "it said nothing" : words;
}

/// No two programs in one tree have the same.
std::string running_peer::next_marker() const
{
  return "marker-" + std::to_string(process_.id()) + '-' + std::to_string(markers_);
}

/// A new file, which a program that tells what is created tells of, and so does one that tells
/// what is opened.
void running_peer::make_marker()
{
  const auto path = made_.root / next_marker();
  const unique_fd file(::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
  if (!file)
  {
    fail(path);
  }
  ++markers_;
}

/// Of its inotify instances, as proc_pid_fdinfo(5) tells them.
std::size_t running_peer::inotify_marks() const
{
  std::size_t marks = 0;
  const auto directory = "/proc/" + std::to_string(process_.id()) + "/fdinfo";
  for (const auto& entry : std::filesystem::directory_iterator(directory))
  {
    std::ifstream info(entry.path());
    for (std::string line; std::getline(info, line);)
    {
      marks += line.starts_with("inotify ") ? 1U : 0U;
    }
  }
  return marks;
}

bool running_peer::is_ready()
{
  switch (ready_by_)
  {
  case peer::readiness::words:
    return tells_of("Watches established.");
  case peer::readiness::inotify_marks:
    return inotify_marks() > made_.directories; // and the root
  case peer::readiness::marker:
    make_marker();
    return await(milliseconds(5), [this] { return tells_of("/marker-"); });
  }
  return false;
}

void running_peer::wait_until_ready()
{
  const bool has_come = await(most_patience, [this] { return has_ended() || is_ready(); });
  if (!has_come || has_ended())
  {
    throw std::runtime_error((has_come ? "it ended before it watched: " : "it never watched: ") +
                             last_words());
  }
}

void running_peer::wait_until_drained()
{
  const auto end = steady_clock::now() + most_patience;
  // Where the queue is full the marker is lost, too: so there are several, less and less often.
  for (milliseconds patience(20);; patience = std::min(2 * patience, milliseconds(1000)))
  {
    if (steady_clock::now() > end)
    {
      throw std::runtime_error("it has not told all after two minutes");
    }
    const auto marker = '/' + next_marker() + '\n';
    make_marker();
    if (await(patience, [&] { return has_ended() || tells_of(marker); }))
    {
      return await_silence();
    }
  }
}

/// Programs that look themselves what there is, when they are told of a change, tell of the marker
/// before all the rest. It takes them no CPU to be waited for.
void running_peer::await_silence()
{
  constexpr milliseconds silence(1500); // chokidar looks again into a directory after a second
  for (auto told = lines_; lines_ < made_.operations && !has_ended(); told = lines_)
  {
    const bool goes_on = await(silence,
                               [&]
                               {
                                 read_output();
                                 return lines_ > told;
                               });
    if (!goes_on)
    {
      return;
    }
  }
}

void running_peer::stop() const
{
  process_.signal(SIGSTOP);
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(process_.id()), &info, WSTOPPED) != 0)
  {
    fail("waiting until it has stopped");
  }
}

void running_peer::go_on() const noexcept
{
  process_.signal(SIGCONT);
}

std::chrono::nanoseconds running_peer::cpu_time()
{
  if (!end_ && has_ended())
  {
    end_ = process_.wait();
  }
  return end_ ? end_->cpu_time : process_.cpu_time();
}

double running_peer::peak_megabytes() const
{
  std::ifstream status("/proc/" + std::to_string(process_.id()) + "/status");
  for (std::string word; status >> word;)
  {
    double kib = 0;
    if (word == "VmHWM:" && status >> kib)
    {
      return kib * 1024 / 1e6;
    }
  }
  return 0;
}

} // namespace fanio::bench

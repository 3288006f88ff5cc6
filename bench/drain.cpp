// Draining a full queue: a loop of read(2), which is the kernel's share, against fanio.
//
//   bench_drain [events] [rounds]
//
// The queue is filled before the clock starts. Both rivals look at the mask and the name of every
// event. They take turns, for the speed of a machine changes from one minute to the next: the
// ratio says more than the figures.

#include <fanio/basic_fanotify_handle.hpp>
#include <fanio/unique_fd.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/fanotify.h>
#include <sys/wait.h>
#include <unistd.h>

namespace asio = boost::asio;

namespace {

constexpr std::size_t buffer_bytes = 64 * 1024;

[[nodiscard]] int check(int result, const char* what)
{
  return result >= 0 ? result : throw std::system_error(errno, std::system_category(), what);
}

/// A directory of its own, removed at the end.
class temporary_directory
{
public:
  temporary_directory() : path_(std::filesystem::temp_directory_path() / "fanio-drain-XXXXXX")
  {
    static_cast<void>(check(mkdtemp(path_.data()) == nullptr ? -1 : 0, "mkdtemp"));
  }

  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  ~temporary_directory()
  {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
  std::string path_;
};

/// A process that makes files when it is told to. It is there before the group is, and so has no
/// copy of its descriptor.
class filler
{
public:
  filler(const std::string& directory, std::size_t files)
  {
    std::array<int, 2> ends{};
    static_cast<void>(check(pipe2(ends.data(), O_CLOEXEC), "pipe2"));
    const fanio::unique_fd wait_for(ends[0]);
    start_.reset(ends[1]);
    child_ = check(fork(), "fork");
    if (child_ == 0)
    {
      start_.reset();
      char end = 0;
      _exit(read(wait_for.get(), &end, 1) == 0 ? make_files(directory, files) : EXIT_FAILURE);
    }
  }

  filler(const filler&) = delete;
  filler& operator=(const filler&) = delete;

  ~filler() { end(); }

  /// Lets it make the files, and waits until it has.
  void run()
  {
    if (end() != EXIT_SUCCESS)
    {
      throw std::runtime_error("could not make the files");
    }
  }

private:
  int end() noexcept
  {
    start_.reset();
    int status = EXIT_SUCCESS;
    if (child_ > 0)
    {
      waitpid(std::exchange(child_, -1), &status, 0);
    }
    return status;
  }

  [[nodiscard]] static int make_files(const std::string& directory, std::size_t files)
  {
    for (std::size_t i = 0; i < files; ++i)
    {
      const auto name = directory + '/' + std::to_string(i);
      if (!fanio::unique_fd(open(name.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600)))
      {
        return EXIT_FAILURE;
      }
    }
    return EXIT_SUCCESS;
  }

  fanio::unique_fd start_; // its closing is the sign
  pid_t child_ = -1;
};

/// What was seen of the events: equal for rivals that have done the same.
struct sums
{
  std::size_t events = 0;
  std::uint64_t masks = 0;
  std::size_t names = 0;

  friend bool operator==(const sums&, const sums&) = default;
};

struct result
{
  sums seen;
  double nanoseconds; // of CPU time, kernel and user, an event
};

class stopwatch
{
public:
  [[nodiscard]] double nanoseconds() const { return now() - start_; }

private:
  [[nodiscard]] static double now()
  {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
  }

  double start_ = now();
};

[[noreturn]] void overflow()
{
  throw std::runtime_error("more events than the queue holds");
}

void look_at(const fanotify_event_metadata& event, sums& seen)
{
  if ((event.mask & FAN_Q_OVERFLOW) != 0)
  {
    overflow();
  }
  const auto* const bytes = reinterpret_cast<const char*>(&event);
  const auto* const info =
      reinterpret_cast<const fanotify_event_info_fid*>(bytes + event.metadata_len);
  const auto* const handle = reinterpret_cast<const file_handle*>(info->handle);
  ++seen.events;
  seen.masks += event.mask;
  seen.names += std::strlen(reinterpret_cast<const char*>(handle->f_handle) + handle->handle_bytes);
}

result drain_raw(const std::string& directory, std::size_t events)
{
  filler files(directory, events);
  const fanio::unique_fd group(check(
      fanotify_init(FAN_REPORT_DFID_NAME | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY), "fanotify_init"));
  static_cast<void>(
      check(fanotify_mark(group.get(), FAN_MARK_ADD, FAN_CREATE, AT_FDCWD, directory.c_str()),
            "fanotify_mark"));
  files.run();

  std::vector<std::byte> buffer(buffer_bytes);
  sums seen;
  const stopwatch watch;
  while (seen.events < events)
  {
    auto length = read(group.get(), buffer.data(), buffer.size());
    static_cast<void>(check(length > 0 ? 0 : -1, "read"));
    const auto* event = reinterpret_cast<const fanotify_event_metadata*>(buffer.data());
    for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length))
    {
      look_at(*event, seen);
    }
  }
  return {seen, watch.nanoseconds() / static_cast<double>(events)};
}

/// Reads until it has seen so many events.
class reader
{
public:
  reader(fanio::fanotify_handle& group, std::size_t events) : group_(group), events_(events) {}

  void read()
  {
    group_.async_read_events(buffer_,
                             [this](fanio::error_code ec, fanio::event_range events)
                             {
                               if (ec)
                               {
                                 throw boost::system::system_error(ec, "async_read_events");
                               }
                               look_at(events);
                               if (seen_.events < events_)
                               {
                                 read();
                               }
                             });
  }

  [[nodiscard]] const sums& seen() const noexcept { return seen_; }

private:
  void look_at(const fanio::event_range& events)
  {
    for (const auto e : events)
    {
      if (e.is_overflow())
      {
        overflow();
      }
      ++seen_.events;
      seen_.masks += to_underlying(e.mask());
      seen_.names += e.name().value_or("").size();
    }
  }

  fanio::fanotify_handle& group_;
  std::size_t events_;
  fanio::event_buffer buffer_{buffer_bytes};
  sums seen_;
};

result drain_fanio(const std::string& directory, std::size_t events)
{
  filler files(directory, events);
  asio::io_context context;
  fanio::fanotify_handle group(context, {.flags = fanio::init_flags::report_dfid_name});
  group.add_mark(directory, fanio::event_mask::create);
  files.run();

  reader r(group, events);
  const stopwatch watch;
  r.read();
  context.run();
  return {r.seen(), watch.nanoseconds() / static_cast<double>(events)};
}

double median(std::vector<double> values)
{
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

void compare(std::size_t events, std::size_t rounds)
{
  std::vector<double> raw;
  std::vector<double> async;
  std::vector<double> ratio;
  for (std::size_t round = 0; round < rounds; ++round)
  {
    const auto a = drain_raw(temporary_directory().path(), events);
    const auto b = drain_fanio(temporary_directory().path(), events);
    if (a.seen.events != events || a.seen != b.seen)
    {
      throw std::runtime_error("the rivals have not seen the same");
    }
    raw.push_back(a.nanoseconds);
    async.push_back(b.nanoseconds);
    ratio.push_back(b.nanoseconds / a.nanoseconds);
  }
  std::cout << events << " events, " << rounds << " rounds, medians\n"
            << "read(2)            " << median(raw) << " ns CPU an event\n"
            << "async_read_events  " << median(async) << " ns CPU an event\n"
            << "ratio              " << median(ratio) << '\n';
}

} // namespace

int main(int argc, char* argv[])
{
  try
  {
    // A queue holds 16384 events unless it is told otherwise.
    compare(argc > 1 ? std::stoul(argv[1]) : 10'000, argc > 2 ? std::stoul(argv[2]) : 21);
  }
  catch (const std::exception& e)
  {
    std::cerr << e.what() << '\n';
    return EXIT_FAILURE;
  }
}

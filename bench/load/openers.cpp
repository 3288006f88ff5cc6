#include "openers.hpp"

#include "../harness/cpu.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <pthread.h>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <time.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fanio::bench {

namespace {

/// CLOCK_MONOTONIC, which processes share.
[[nodiscard]] std::uint64_t now() noexcept
{
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(t.tv_nsec);
}

/// What one opener did in one turn.
struct turn_record
{
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t opened = 0;
};

/// What one opener did in one place.
struct place_record
{
  time_histogram latencies;
  std::uint64_t opened = 0;
  std::uint64_t failed = 0;
};

/// The files of one opener in one place. With mknod(2): creating by open(2) would ask for leave.
[[nodiscard]] std::vector<std::string> make_files(const std::filesystem::path& place,
                                                  std::size_t opener, std::size_t count)
{
  std::vector<std::string> files;
  for (std::size_t i = 0; i < count; ++i)
  {
    files.push_back(place / ("opener" + std::to_string(opener) + "-" + std::to_string(i)));
    if (::mknod(files.back().c_str(), S_IFREG | 0600, 0) != 0 && errno != EEXIST)
    {
      throw std::system_error(errno, std::generic_category(), files.back());
    }
  }
  return files;
}

/// One opener in one place: goes round and round its files.
class opener
{
public:
  opener(std::vector<std::string> files, place_record& record) noexcept
      : files_(std::move(files)),
        record_(record)
  {}

  /// Opens so often; nothing of it is measured but how often it was.
  void warm_up(std::size_t opens) noexcept
  {
    for (std::size_t i = 0; i < opens; ++i)
    {
      close_and_count(open_next());
    }
  }

  /// Opens so often, or until so many nanoseconds are over.
  void measure(std::size_t opens, std::uint64_t duration, turn_record& turn) noexcept
  {
    turn.start = now();
    turn.end = turn.start;
    for (std::size_t i = 0; opens != 0 ? i < opens : turn.end - turn.start < duration; ++i)
    {
      const auto start = now();
      const int fd = open_next();
      const auto end = now();
      if (close_and_count(fd))
      {
        record_.latencies.count(end - start);
        ++turn.opened;
      }
      turn.end = end;
    }
    turn.end = now();
  }

private:
  [[nodiscard]] int open_next() const noexcept
  {
    return ::open(files_[next_].c_str(), O_RDONLY | O_CLOEXEC);
  }

  /// Returns whether there was anything to close.
  bool close_and_count(int fd) noexcept
  {
    next_ = next_ + 1 == files_.size() ? 0 : next_ + 1;
    if (fd < 0)
    {
      ++record_.failed;
      return false;
    }
    ++record_.opened;
    ::close(fd);
    return true;
  }

  std::vector<std::string> files_;
  place_record& record_;
  std::size_t next_ = 0;
};

} // namespace

/// What the openers write down, in memory that they share with the harness.
class opener_records
{
public:
  explicit opener_records(const opener_settings& s)
      : openers_(s.openers),
        places_(s.places.size()),
        turns_(s.turns),
        size_(sizeof(pthread_barrier_t) + places_count() * sizeof(place_record) +
              places_count() * turns_ * sizeof(turn_record)),
        memory_(::mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0))
  {
    if (memory_ == MAP_FAILED)
    {
      throw std::system_error(errno, std::generic_category(), "mmap");
    }
    auto* const end_of_barrier = static_cast<std::byte*>(memory_) + sizeof(pthread_barrier_t);
    all_places_ = new (end_of_barrier) place_record[places_count()];
    all_turns_ = new (all_places_ + places_count()) turn_record[places_count() * turns_];
    make_barrier();
  }

  opener_records(const opener_records&) = delete;
  opener_records& operator=(const opener_records&) = delete;

  ~opener_records() { ::munmap(memory_, size_); }

  [[nodiscard]] place_record& place(std::size_t opener, std::size_t place) const noexcept
  {
    return all_places_[opener * places_ + place];
  }

  [[nodiscard]] turn_record& turn(std::size_t opener, std::size_t place,
                                  std::size_t turn) const noexcept
  {
    return all_turns_[(opener * places_ + place) * turns_ + turn];
  }

  /// Waits for the other openers.
  void meet() const noexcept { ::pthread_barrier_wait(static_cast<pthread_barrier_t*>(memory_)); }

  /// All openers of a place, in one turn.
  [[nodiscard]] double opens_a_second(std::size_t place, std::size_t number) const noexcept
  {
    auto start = turn(0, place, number).start;
    auto end = turn(0, place, number).end;
    std::uint64_t opened = 0;
    for (std::size_t i = 0; i < openers_; ++i)
    {
      const auto& of_opener = turn(i, place, number);
      start = std::min(start, of_opener.start);
      end = std::max(end, of_opener.end);
      opened += of_opener.opened;
    }
    return end == start ? 0 : static_cast<double>(opened) * 1e9 / static_cast<double>(end - start);
  }

private:
  [[nodiscard]] std::size_t places_count() const noexcept { return openers_ * places_; }

  void make_barrier() const
  {
    pthread_barrierattr_t shared;
    ::pthread_barrierattr_init(&shared);
    ::pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    ::pthread_barrier_init(static_cast<pthread_barrier_t*>(memory_), &shared,
                           static_cast<unsigned>(openers_));
    ::pthread_barrierattr_destroy(&shared);
  }

  std::size_t openers_;
  std::size_t places_;
  std::size_t turns_;
  std::size_t size_;
  void* memory_;
  place_record* all_places_ = nullptr;
  turn_record* all_turns_ = nullptr;
};

namespace {

/// All that one opener does. The openers meet before each turn, so that all are in one place, and
/// before what is measured of it.
void take_turns(const opener_settings& settings, const opener_records& records, std::size_t number,
                std::span<opener> places)
{
  const auto duration = static_cast<std::uint64_t>(settings.time.count());
  for (std::size_t turn = 0; turn < settings.turns; ++turn)
  {
    for (std::size_t i = 0; i < places.size(); ++i)
    {
      const auto place = turn % 2 == 0 ? i : places.size() - 1 - i;
      records.meet();
      places[place].warm_up(settings.opens_before);
      records.meet();
      places[place].measure(settings.opens, duration, records.turn(number, place, turn));
    }
  }
}

[[nodiscard]] place_result sum_up(const opener_settings& settings, const opener_records& records,
                                  std::size_t place)
{
  place_result result;
  for (std::size_t opener = 0; opener < settings.openers; ++opener)
  {
    const auto& record = records.place(opener, place);
    result.latencies.merge(record.latencies);
    result.opened += record.opened;
    result.failed += record.failed;
  }
  for (std::size_t turn = 0; turn < settings.turns; ++turn)
  {
    result.opens_a_second.push_back(records.opens_a_second(place, turn));
  }
  return result;
}

} // namespace

opener_fleet::opener_fleet(const opener_settings& settings)
    : settings_(settings),
      records_(std::make_unique<opener_records>(settings))
{
  for (std::size_t number = 0; number < settings_.openers; ++number)
  {
    std::vector<opener> places;
    for (std::size_t place = 0; place < settings_.places.size(); ++place)
    {
      places.emplace_back(make_files(settings_.places[place], number, settings_.files),
                          records_->place(number, place));
    }
    const auto body = [&]
    {
      gate_.wait();
      take_turns(settings_, *records_, number, places);
      return 0;
    };
    openers_.push_back(process::fork(body, workload_core));
  }
}

opener_fleet::~opener_fleet() = default;

void opener_fleet::start()
{
  gate_.open();
}

std::vector<place_result> opener_fleet::finish(std::chrono::milliseconds patience)
{
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (auto& opener : openers_)
  {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (!opener.wait(std::max(left, std::chrono::milliseconds(0))).is_success())
    {
      throw std::runtime_error("an opener did not end as it should");
    }
  }
  std::vector<place_result> results;
  for (std::size_t place = 0; place < settings_.places.size(); ++place)
  {
    results.push_back(sum_up(settings_, *records_, place));
  }
  return results;
}

} // namespace fanio::bench

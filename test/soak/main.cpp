// Programs under a permission group and a notification group at once, for as long as it is told,
// with cancellation, closing and killing at random. In the end nobody may be blocked, every request
// answered, every loss announced, and no descriptor or memory left behind.

#include "guard.hpp"
#include "support/mounts.hpp"
#include "watcher.hpp"
#include "workers.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <random>
#include <string_view>
#include <thread>

#include <signal.h>

namespace fs = std::filesystem;
using clock_type = std::chrono::steady_clock;

namespace soak {

namespace {

constexpr std::chrono::seconds patience(60);

std::size_t open_descriptors()
{
  return static_cast<std::size_t>(
      std::ranges::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

std::size_t resident_kib()
{
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * 4;
}

/// Everything that goes on in this process.
///
/// The two groups have a thread each: the kernel lets a group be closed only when no request of
/// another group on the same objects is unanswered, so who closes one must not be all that answers
/// for the other.
class soak
{
public:
  soak(const fs::path& mount, unsigned seed)
      : workers_(mount),
        guard_(context_, mount, seed),
        watcher_(watcher_context_, mount, workers_),
        random_(seed + 1),
        watcher_random_(seed + 2)
  {}

  /// False if it did not come to its end.
  bool run(std::chrono::seconds time)
  {
    end_ = clock_type::now() + time;
    signals_.async_wait(
        [this](const fanio::error_code& ec, int number)
        {
          if (!ec)
          {
            interrupted_by_ = number;
          }
        });
    const auto on_end = [](std::exception_ptr failure)
    {
      if (failure)
      {
        std::rethrow_exception(failure);
      }
    };
    asio::co_spawn(context_, guard_.run(), on_end);
    asio::co_spawn(context_, disturb(), on_end);
    asio::co_spawn(watcher_context_, watcher_.run(), on_end);
    asio::co_spawn(watcher_context_, disturb_watcher(), on_end);
    std::jthread watching([this] { watcher_context_.run_until(end_ + patience); });
    context_.run_until(end_ + patience);
    watching.join();
    return context_.stopped() && watcher_context_.stopped();
  }

  /// The signal that has ended it before its time, or 0.
  [[nodiscard]] int interrupted_by() const noexcept { return interrupted_by_; }

  /// Prints what happened; false if some of it must not.
  bool report() const
  {
    const auto& book = guard_.book();
    std::cout << workers_.operations() << " operations of " << workers::count << " processes, "
              << workers_.denials() << " denied, " << killed_ << " processes killed\n"
              << book.requests << " requests in " << guard_.groups() << " groups: " << book.answered
              << " answered, " << book.defaulted << " by default, " << book.gone
              << " without asker, " << book.at_close << " by a close; " << guard_.cancellations()
              << " reads cancelled\n"
              << watcher_.events() << " notifications, " << watcher_.overflows() << " overflows, "
              << watcher_.missed() << " files missed, " << watcher_.unannounced()
              << " of them unannounced\n"
              << "memory at rest " << memory_before_ << " KiB, at the end " << resident_kib()
              << " KiB\n";
    const std::array held{
        check(book.balances(), "requests and answers are not as many, or one failed"),
        check(watcher_.unannounced() == 0, "events were lost without an overflow"),
        check(watcher_.failures() == 0, "the watcher failed to read or to understand"),
        check(watcher_.overflows() > 0, "no queue was ever full, so no loss was seen"),
        check(workers_.operations() > 1000, "the processes did next to nothing"),
        check(resident_kib() <= memory_before_ + 2 * 1024, "the memory has grown")};
    return std::ranges::all_of(held, std::identity());
  }

  static bool check(bool holds, std::string_view otherwise)
  {
    if (!holds)
    {
      std::cout << "FAILED: " << otherwise << '\n';
    }
    return holds;
  }

private:
  asio::awaitable<void> disturb()
  {
    asio::steady_timer timer(context_);
    const auto rest = [&](std::chrono::milliseconds time)
    {
      timer.expires_after(time);
      return timer.async_wait(asio::as_tuple(asio::use_awaitable));
    };
    co_await rest(std::chrono::seconds(5));
    memory_before_ = resident_kib();
    while (goes_on())
    {
      co_await rest(std::chrono::milliseconds(random_() % 40));
      do_something();
    }
    workers_.stop();
    while (!workers_.have_ended())
    {
      co_await rest(std::chrono::milliseconds(10));
    }
    guard_.end();
    signals_.cancel();
    asio::post(watcher_context_,
               [this]
               {
                 watcher_.end();
                 watcher_.cancel();
               });
  }

  void do_something()
  {
    switch (random_() % 8)
    {
    case 0:
    case 1:
    case 2:
      return guard_.cancel();
    case 3:
    case 4:
      return guard_.reopen();
    default:
      ++killed_;
      return workers_.replace(random_() % workers::count);
    }
  }

  asio::awaitable<void> disturb_watcher()
  {
    asio::steady_timer timer(watcher_context_);
    watcher_.pause(); // once at least
    while (goes_on())
    {
      timer.expires_after(std::chrono::milliseconds(watcher_random_() % 120));
      co_await timer.async_wait(asio::use_awaitable);
      // Rarely: what is missed in a gap proves nothing.
      const auto choice = watcher_random_() % 200;
      choice == 0 ? watcher_.reopen() : choice < 3 ? watcher_.pause() : watcher_.cancel();
    }
  }

  [[nodiscard]] bool goes_on() const { return clock_type::now() < end_ && interrupted_by_ == 0; }

  asio::io_context context_{1};
  asio::io_context watcher_context_{1};
  workers workers_;
  guard guard_;
  watcher watcher_;
  std::mt19937 random_;
  std::mt19937 watcher_random_;
  asio::signal_set signals_{context_, SIGHUP, SIGINT, SIGTERM};
  std::atomic<int> interrupted_by_ = 0;
  clock_type::time_point end_;
  std::uint64_t killed_ = 0;
  std::size_t memory_before_ = 0;
};

/// The exit status.
int run(std::chrono::seconds time, unsigned seed)
{
  std::cout << "seed " << seed << std::endl;
  test::enter_private_mounts();
  const auto mount = test::private_tmpfs();
  fs::copy_file("/bin/true", mount / "true");
  const auto before = open_descriptors();
  bool holds = false;
  int signal = 0;
  {
    soak one(mount.path(), seed);
    holds = soak::check(one.run(time), "something was still going on a minute after the end");
    holds = one.report() && holds;
    signal = one.interrupted_by();
  }
  holds = soak::check(open_descriptors() == before, "descriptors were left open") && holds;
  return signal != 0 ? 128 + signal : holds ? 0 : 1;
}

/// 0 if it is none.
unsigned number(std::string_view text)
{
  unsigned result = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
  return error == std::errc() && end == text.data() + text.size() ? result : 0;
}

} // namespace

} // namespace soak

int main(int argc, char** argv)
{
  const auto seconds = argc == 2 || argc == 3 ? soak::number(argv[1]) : 0;
  const auto seed = argc == 3 ? soak::number(argv[2]) : std::random_device()() | 1U;
  if (seconds < 6 || seed == 0)
  {
    std::cerr << "usage: fanio_soak SECONDS [SEED]   6 s or more, a seed above 0; as root\n";
    return 2;
  }
  try
  {
    return soak::run(std::chrono::seconds(seconds), seed);
  }
  catch (const std::exception& e)
  {
    std::cerr << "fanio_soak: " << e.what() << '\n';
    return 1;
  }
}

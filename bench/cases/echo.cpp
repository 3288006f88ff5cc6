// An io_context that reads a group is busy with 1,000 sockets, too: what does each cost the other?
//
// A client keeps messages under way, through all sockets in turn, and the io_context sends them
// back. Beside it a queue of events is drained, which was filled before; while that goes on the
// echoes are counted. Alone each does the same in the same loop.

#include "cases.hpp"
#include "harness/cpu.hpp"
#include "harness/process.hpp"
#include "harness/scratch.hpp"
#include "live/on_core.hpp"
#include "load/echo_client.hpp"
#include "load/storm.hpp"
#include <fanio/async_for_each.hpp>
#include <fanio/basic_fanotify_handle.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <sys/resource.h>

namespace fanio::bench {

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::size_t sockets = 1000;
constexpr std::size_t under_way = 64;

/// Two ends of each socket, and what the harness has beside.
constexpr rlim_t needed_descriptors = 2 * sockets + 100;

/// The limit of descriptors is as high as it may be as long as this lives.
class more_descriptors
{
public:
  more_descriptors()
  {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    auto more = before_;
    more.rlim_cur = more.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &more);
  }

  more_descriptors(const more_descriptors&) = delete;
  more_descriptors& operator=(const more_descriptors&) = delete;

  ~more_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  [[nodiscard]] bool are_enough() const noexcept { return before_.rlim_max >= needed_descriptors; }

private:
  rlimit before_{};
};

/// Sends back what comes through a socket.
class echo_session
{
public:
  echo_session(asio::io_context& context, unique_fd socket)
      : socket_(context, asio::local::stream_protocol(), socket.get())
  {
    static_cast<void>(socket.release());
  }

  void start()
  {
    socket_.async_read_some(asio::buffer(bytes_),
                            [this](error_code ec, std::size_t size)
                            {
                              if (!ec)
                              {
                                send_back(size);
                              }
                            });
  }

private:
  void send_back(std::size_t size)
  {
    asio::async_write(socket_, asio::buffer(bytes_, size),
                      [this](error_code ec, std::size_t)
                      {
                        if (!ec)
                        {
                          start();
                        }
                      });
  }

  asio::local::stream_protocol::socket socket_;
  std::array<char, echo_bytes> bytes_{};
};

/// How a queue is drained.
struct drain_style
{
  std::string name;
  std::size_t buffer_bytes;
  std::size_t events_per_turn; ///< Of async_for_each; 0: by async_read_events.
};

/// Reads until it has seen so many events, and then stops the io_context.
class drain
{
public:
  drain(asio::io_context& context, fanotify_handle& group, const drain_style& style,
        std::size_t events)
      : context_(context),
        group_(group),
        style_(style),
        missing_(events),
        buffer_(style.buffer_bytes)
  {}

  void start()
  {
    if (style_.events_per_turn == 0)
    {
      read();
      return;
    }
    async_for_each(
        group_, [this](const event_view& e) { return look_at(e); },
        {.buffer_bytes = style_.buffer_bytes, .events_per_turn = style_.events_per_turn},
        [](const std::exception_ptr& thrown)
        {
          if (thrown)
          {
            std::rethrow_exception(thrown);
          }
        });
  }

private:
  void read()
  {
    group_.async_read_events(
        buffer_,
        [this](error_code ec, event_range events)
        {
          if (ec)
          {
            throw boost::system::system_error(ec, "async_read_events");
          }
          if (std::ranges::all_of(events, [this](const event_view& e) { return look_at(e); }))
          {
            read();
          }
        });
  }

  /// False if it was the last.
  bool look_at(const event_view& e)
  {
    names_ += e.name().value_or("").size();
    if (e.is_overflow())
    {
      throw std::runtime_error("the queue has overflown");
    }
    if (--missing_ == 0)
    {
      context_.stop();
    }
    return missing_ != 0;
  }

  asio::io_context& context_;
  fanotify_handle& group_;
  drain_style style_;
  std::size_t missing_;
  std::size_t names_ = 0;
  event_buffer buffer_;
};

struct echo_result
{
  nanoseconds time{}; ///< By the clock.
  nanoseconds cpu{};  ///< Of the process of the io_context.
  std::uint64_t echoes = 0;
  std::uint64_t wrong = 0;
  double p99 = 0; ///< Of the waits, in nanoseconds.
};

/// Lets the context run for some time, in the loop that is measured.
void run_for(asio::io_context& context, nanoseconds time)
{
  asio::steady_timer timer(context, time);
  timer.async_wait([&context](error_code) { context.stop(); });
  context.restart();
  context.run();
}

/// A group whose queue holds an event of each file of the storm, made by another process.
fanotify_handle fill(asio::io_context& context, const storm& s)
{
  fanotify_handle group(context,
                        {.flags = init_flags::report_dfid_name | init_flags::unlimited_queue});
  group.add_mark(s.root, event_mask::open, mark_target::filesystem);
  auto filler = process::fork(
      [&s]
      {
        static_cast<void>(s.blow());
        return 0;
      },
      workload_core);
  if (!filler.wait().is_success() || group.queued() != s.operations)
  {
    throw std::runtime_error("the queue has not exactly the events of the storm");
  }
  return group;
}

/// One run: with echoes or without, with a storm's events or without.
class echo_run
{
public:
  echo_run(bool with_echo, nanoseconds warming) : with_echo_(with_echo), warming_(warming)
  {
    client_.emplace(sockets, with_echo ? under_way : 0, workload_core);
    for (auto& end : client_->take_server_ends())
    {
      sessions_.push_back(std::make_unique<echo_session>(context_, std::move(end)));
      sessions_.back()->start();
    }
  }

  [[nodiscard]] echo_result for_time(nanoseconds time)
  {
    return measure([] {}, [this, time] { run_for(context_, time); });
  }

  [[nodiscard]] echo_result beside(const storm& s, const drain_style& style)
  {
    auto group = fill(context_, s);
    drain events(context_, group, style, s.operations);
    return measure([&events] { events.start(); },
                   [this]
                   {
                     context_.restart();
                     context_.run();
                   });
  }

private:
  template <typename Start, typename Run>
  [[nodiscard]] echo_result measure(Start start, Run run)
  {
    warm_up();
    echo_result result;
    client_->start_counting();
    const auto begin = steady_clock::now();
    const auto cpu = cpu_time();
    start();
    run();
    result.cpu = cpu_time() - cpu;
    result.time = steady_clock::now() - begin;
    client_->stop_counting();
    const auto& record = client_->end();
    result.echoes = record.echoes;
    result.wrong = record.wrong;
    result.p99 = record.waits.quantile(0.99);
    return result;
  }

  /// Until the echoes have begun, which may take longer than the time for it.
  void warm_up()
  {
    const auto latest = steady_clock::now() + 10s;
    do
    {
      run_for(context_, warming_);
    }
    while (with_echo_ && !client_->has_begun() && steady_clock::now() < latest);
  }

  asio::io_context context_{1};
  bool with_echo_;
  nanoseconds warming_;
  std::optional<echo_client> client_;
  std::vector<std::unique_ptr<echo_session>> sessions_;
};

double per_second(std::uint64_t count, nanoseconds time)
{
  return static_cast<double>(count) / std::chrono::duration<double>(time).count();
}

double nanoseconds_each(nanoseconds time, std::uint64_t count)
{
  return static_cast<double>(time.count()) / static_cast<double>(count);
}

/// The rows of the echoes: how many, and how long the slowest hundredth waited.
struct echo_rows
{
  echo_rows(outcome& out, const std::string& program)
      : rate(out.add(program, "echoes a second", "1/s")),
        p99(out.add(program, "wait for an echo, p99", "µs"))
  {}

  void add(const echo_result& r)
  {
    rate.values.push_back(per_second(r.echoes, r.time));
    if (r.echoes == 0)
    {
      p99.values.push_back(static_cast<double>(r.time.count()) / 1000);
      p99.doubts.emplace_back(
          "no echo came in the time of a round: they waited as long, or longer");
    }
    else
    {
      p99.values.push_back(r.p99 / 1000);
    }
    if (r.wrong != 0)
    {
      rate.doubts.push_back(std::to_string(r.wrong) + " echoes were not what was sent");
    }
  }

  row& rate;
  row& p99;
};

/// One way to drain, alone and beside the echoes.
struct drain_rows
{
  drain_rows(outcome& out, drain_style s)
      : style(std::move(s)),
        echoes(out, "echo beside " + style.name),
        alone(out.add(style.name + ", alone", "CPU an event", "ns")),
        beside(out.add(style.name + ", beside echo, less the echoes'", "CPU an event", "ns"))
  {}

  drain_style style;
  echo_rows echoes;
  row& alone;
  row& beside; ///< What is left when each echo is taken to cost what it costs alone.
};

std::vector<drain_style> styles()
{
  return {{"4 KiB reads", 4 * 1024, 0},
          {"64 KiB reads", 64 * 1024, 0},
          {"async_for_each, 64 a turn", 64 * 1024, 64},
          {"async_for_each, 1024 a turn", 64 * 1024, 1024}};
}

/// What an echo takes of the CPU.
double cpu_an_echo(const echo_result& echo)
{
  if (echo.echoes == 0)
  {
    throw std::runtime_error("no echo has come back");
  }
  return nanoseconds_each(echo.cpu, echo.echoes);
}

/// One way to drain, in one round.
struct drained
{
  echo_result alone;
  echo_result beside;
};

/// What is measured in one round, in this order or in the other.
struct echo_round
{
  echo_round(const storm& s, nanoseconds time) : storm_(s), time_(time), warming_(time / 10) {}

  void measure_echo() { echo = echo_run(true, warming_).for_time(time_); }

  void measure_drain(const drain_style& style, bool alone_first)
  {
    drained both;
    for (const bool alone : {alone_first, !alone_first})
    {
      (alone ? both.alone : both.beside) = echo_run(!alone, warming_).beside(storm_, style);
    }
    drains.push_back(both);
  }

  echo_result echo;
  std::vector<drained> drains;

private:
  const storm& storm_;
  nanoseconds time_;
  nanoseconds warming_;
};

void add(drain_rows& rows, const drained& d, double of_one_echo, std::size_t events)
{
  rows.alone.values.push_back(nanoseconds_each(d.alone.cpu, events));
  rows.echoes.add(d.beside);
  const auto of_echoes = of_one_echo * static_cast<double>(d.beside.echoes);
  rows.beside.values.push_back((static_cast<double>(d.beside.cpu.count()) - of_echoes) /
                               static_cast<double>(events));
  rows.beside.expected += events;
}

/// Each second round the other way round, so that none always comes after the same one.
void measure(const storm& s, nanoseconds time, std::span<drain_rows> rows, bool forwards,
             echo_rows& alone)
{
  echo_round round(s, time);
  if (forwards)
  {
    round.measure_echo();
  }
  for (std::size_t i = 0; i < rows.size(); ++i)
  {
    round.measure_drain(rows[forwards ? i : rows.size() - 1 - i].style, forwards);
  }
  if (!forwards)
  {
    round.measure_echo();
    std::ranges::reverse(round.drains);
  }
  alone.add(round.echo);
  for (std::size_t i = 0; i < rows.size(); ++i)
  {
    add(rows[i], round.drains[i], cpu_an_echo(round.echo), s.operations);
  }
}

} // namespace

void echo_case(const run_options& options, outcome& out)
{
  const more_descriptors limit;
  if (!limit.are_enough())
  {
    out.leave_out("echo", "needs " + std::to_string(needed_descriptors) + " descriptors");
    return;
  }
  const scratch_mount mount;
  const on_core core(reader_core);
  const storm s{.kind = storm_kind::open_close,
                .root = mount.path() / "storm",
                .directories = 100,
                .operations = options.scaled<std::size_t>(50'000, 2000)};
  s.prepare();

  echo_rows alone(out, "echo alone");
  std::vector<drain_rows> drains;
  drains.reserve(styles().size()); // none moves
  for (const auto& style : styles())
  {
    drains.emplace_back(out, style);
  }
  for (std::size_t round = 0; round < options.rounds; ++round)
  {
    options.progress("round " + std::to_string(round + 1) + " of " +
                     std::to_string(options.rounds));
    measure(s, options.scaled<nanoseconds>(300ms, 30ms), drains, round % 2 == 0, alone);
  }
  for (auto& rows : drains)
  {
    outcome::compare(rows.echoes.rate, alone.rate);
    outcome::compare(rows.echoes.p99, alone.p99);
    outcome::compare(rows.beside, rows.alone);
  }
}

} // namespace fanio::bench

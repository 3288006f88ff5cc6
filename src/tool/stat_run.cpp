#include "stat_run.hpp"

#include "explained_error.hpp"
#include "privileges.hpp"
#include "progress.hpp"
#include "screen.hpp"
#include "watch_loop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <system_error>

#include <unistd.h>

namespace fanio::tool {

namespace {

/// Nobody who reads is no error.
void write_to_output(std::string_view text)
{
  while (!text.empty())
  {
    const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EPIPE)
    {
      return;
    }
    if (written < 0 && errno != EINTR)
    {
      throw std::runtime_error("standard output: " + std::generic_category().message(errno));
    }
    text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
}

/// One run: counts, shows the counts meanwhile where that is wanted, and at the end.
class counter
{
public:
  explicit counter(const stat_options& options);

  void run();

private:
  void add(const path_event& e);
  void add_watched(const std::string& path);
  [[nodiscard]] std::string name_of(const path_event& e) const;
  [[nodiscard]] table_columns columns() const;
  [[nodiscard]] std::string table() const;
  [[nodiscard]] std::string live_table(std::chrono::duration<double> interval);
  void end_in_time();
  [[nodiscard]] asio::awaitable<void> print_on_request();
  [[nodiscard]] asio::awaitable<void> redraw(bool on_screen);

  const stat_options& options_;
  progress progress_{true};
  count_table counts_;
  watch_loop loop_;
  asio::steady_timer deadline_{loop_.context()};
  asio::signal_set requests_{loop_.context(), SIGUSR1};
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::uint64_t overflows_ = 0;
  std::exception_ptr failure_;
};

void tell(const std::string& text)
{
  std::cerr << text << '\n';
}

counter::counter(const stat_options& options)
    : options_(options),
      loop_(options.scope, "standard output",
            {.tell =
                 [this](const std::string& text)
             {
               progress_.clear();
               tell(text);
             },
             .watching =
                 [this](const std::string& path)
             {
               progress_.count();
               add_watched(path);
             }})
{
  progress_.end();
}

void counter::run()
{
  give_up_privileges(options_.scope.recursive ? later_marks::filesystems : later_marks::none, tell);
  tell("Finished establishing watches, now collecting statistics.");
  if (options_.duration && options_.verbose)
  {
    tell("Will listen for events for " + std::to_string(options_.duration->count()) + " seconds.");
  }
  end_in_time();
  const auto on_end = [this](std::exception_ptr failure)
  {
    failure_ = std::move(failure);
    loop_.end();
  };
  asio::co_spawn(loop_.context(), print_on_request(), on_end);
  {
    const screen display(options_.top);
    if (options_.top)
    {
      asio::co_spawn(loop_.context(), redraw(display.is_open()), on_end);
    }
    loop_.run({.found = [this](const path_event& e) { add(e); },
               .text = nullptr,
               .written =
                   [this]
               {
                 if (loop_.is_over())
                 {
                   loop_.end();
                 }
               }});
  }
  if (failure_)
  {
    std::rethrow_exception(failure_);
  }
  if (overflows_ != 0)
  {
    tell("Events were dropped " + std::to_string(overflows_) +
         (overflows_ == 1 ? " time" : " times") + ": the queue was full, there were more.");
  }
  if (counts_.sums().total == 0 && !options_.zeros)
  {
    tell("No events occurred.");
    return;
  }
  write_to_output(table());
}

void counter::add(const path_event& e)
{
  if (has_any(e.events, event_mask::q_overflow))
  {
    ++overflows_;
  }
  else if (options_.filter.admits(e))
  {
    counts_.add(name_of(e), e.events);
  }
}

/// A row for what is watched, also when nothing happens there.
void counter::add_watched(const std::string& path)
{
  path_event watched;
  watched.directory = path;
  if (options_.zeros && options_.by != stat_options::subject::process &&
      options_.filter.admits(watched))
  {
    counts_.add_name(path);
  }
}

std::string counter::name_of(const path_event& e) const
{
  using subject = stat_options::subject;
  switch (options_.by)
  {
  case subject::directory:
    return std::string(e.directory);
  case subject::process:
    return (e.comm.empty() ? "?" : std::string(e.comm)) + "(" +
           (e.pid == 0 ? "?" : std::to_string(e.pid)) + ")";
  case subject::path:
    break;
  }
  return std::string(e.directory) + std::string(e.name);
}

table_columns counter::columns() const
{
  return {.events = options_.scope.events,
          .zeros = options_.zeros,
          .interval = std::nullopt,
          .name = options_.by == stat_options::subject::process ? "process" : "filename"};
}

std::string counter::table() const
{
  return options_.json ? counts_.json(columns(), options_.order)
                       : counts_.text(columns(), options_.order);
}

std::string counter::live_table(std::chrono::duration<double> interval)
{
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start_);
  auto shown = columns();
  shown.interval = interval;
  auto order = options_.order;
  order.recent_first = true;
  order.max_rows = std::min(order.max_rows, screen::rows());
  auto text = std::to_string(counts_.sums().total) + " events in " +
              std::to_string(elapsed.count()) + " s" +
              (overflows_ == 0 ? "" : ", and more: the queue was full") + "\n\n" +
              counts_.text(shown, order);
  counts_.start_interval();
  return text;
}

void counter::end_in_time()
{
  if (options_.duration)
  {
    deadline_.expires_after(*options_.duration);
    deadline_.async_wait(
        [this](const error_code& ec)
        {
          if (!ec)
          {
            loop_.finish();
          }
        });
  }
}

/// As inotifywatch does. The live view needs no asking.
asio::awaitable<void> counter::print_on_request()
{
  while (true)
  {
    co_await requests_.async_wait(asio::use_awaitable);
    if (options_.top)
    {
      continue;
    }
    const auto text = table() + (options_.json ? "" : "\n");
    if (!co_await loop_.print(text))
    {
      co_return;
    }
  }
}

asio::awaitable<void> counter::redraw(bool on_screen)
{
  asio::steady_timer timer(loop_.context());
  auto last = std::chrono::steady_clock::now();
  while (true)
  {
    timer.expires_after(options_.interval);
    co_await timer.async_wait(asio::use_awaitable);
    const auto now = std::chrono::steady_clock::now();
    const auto table = live_table(now - std::exchange(last, now));
    const auto text = on_screen ? screen::drawing(table) : table + '\n';
    if (!co_await loop_.print(text))
    {
      co_return;
    }
  }
}

} // namespace

void count_events(const stat_options& options)
{
  // Who writes into a pipe that nobody reads gets an error then, not a signal.
  std::signal(SIGPIPE, SIG_IGN);
  try
  {
    counter(options).run();
  }
  catch (...)
  {
    std::rethrow_exception(explained(std::current_exception()));
  }
}

} // namespace fanio::tool

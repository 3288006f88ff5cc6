#include "watch_run.hpp"

#include "background.hpp"
#include "escape.hpp"
#include "output.hpp"
#include "watch_events.hpp"
#include "watch_tree.hpp"
#include <fanio/resolve/process_table.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>
#include <csignal>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <syslog.h>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

/// The file takes the place of standard output.
void redirect_output(const std::string& path)
{
  const unique_fd file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600));
  if (!file || ::dup2(file.get(), STDOUT_FILENO) < 0)
  {
    throw std::runtime_error(escape(path) + ": " + std::generic_category().message(errno));
  }
}

/// One run: reads events, prints them, and ends when asked to.
class watcher
{
public:
  explicit watcher(const watch_options& options);

  watch_result run();

private:
  void end_on_request();
  void end(watch_result result);
  void restart_timer();
  void tell(const std::string& text) const;

  [[nodiscard]] asio::awaitable<void> print_events();
  void add(const path_event& e, const event_view* source);
  [[nodiscard]] asio::awaitable<bool> write_lines();

  const watch_options& options_;
  asio::io_context context_{1};
  asio::signal_set signals_{context_, SIGINT, SIGTERM, SIGHUP};
  asio::steady_timer timer_{context_};
  output output_{context_.get_executor()};
  watch_tree tree_;
  resolve::process_table processes_;
  std::string text_;
  std::size_t shown_ = 0;
  std::optional<watch_result> result_;
  std::exception_ptr failure_;
};

watcher::watcher(const watch_options& options)
    : options_(options),
      tree_(context_.get_executor(), options.scope, [this](const std::string& text) { tell(text); })
{}

void watcher::tell(const std::string& text) const
{
  if (options_.quiet == 0)
  {
    tell_user(text, options_.syslog);
  }
}

watch_result watcher::run()
{
  // Scripts wait for this line of inotifywait.
  tell("Watches established.");
  end_on_request();
  restart_timer();
  const auto on_end = [this](std::exception_ptr failure)
  {
    failure_ = std::move(failure);
    end(watch_result::event);
  };
  asio::co_spawn(context_, print_events(), on_end);
  context_.run();
  if (failure_)
  {
    std::rethrow_exception(failure_);
  }
  return result_.value_or(watch_result::event);
}

void watcher::end_on_request()
{
  const auto on_request = [this](const error_code& ec, auto...)
  {
    if (ec != asio::error::operation_aborted)
    {
      end(watch_result::event);
    }
  };
  signals_.async_wait(on_request);
  output_.async_wait_for_end(on_request);
  if (output_.has_ended())
  {
    asio::post(context_, [this] { end(watch_result::event); });
  }
}

void watcher::restart_timer()
{
  if (!options_.timeout)
  {
    return;
  }
  timer_.expires_after(*options_.timeout);
  timer_.async_wait(
      [this](const error_code& ec)
      {
        if (!ec)
        {
          end(watch_result::timed_out);
        }
      });
}

/// Ends all that is outstanding, and with it the run of the context. The first to end it says how.
void watcher::end(watch_result result)
{
  result_ = result_.value_or(result);
  error_code ignored;
  tree_.group().close(ignored);
  output_.close();
  signals_.cancel(ignored);
  timer_.cancel();
}

asio::awaitable<void> watcher::print_events()
{
  // What is read is merged no more with what comes.
  event_buffer buffer(std::size_t{256} * 1024);
  const auto found = [this](const path_event& e, const event_view* source) { add(e, source); };
  while (tree_.group().is_open()) // `end` may come while lines are written
  {
    const auto [ec, events] =
        co_await tree_.group().async_read_events(buffer, asio::as_tuple(asio::use_awaitable));
    if (ec == asio::error::operation_aborted)
    {
      co_return;
    }
    if (ec)
    {
      throw std::runtime_error(ec.message());
    }
    processes_.start_batch();
    for (const auto& e : events)
    {
      tree_.translate(e, found);
    }
    buffer.clear();
    tree_.settle(found);
    if (!co_await write_lines())
    {
      co_return;
    }
    if (tree_.is_over() || (shown_ != 0 && !options_.monitor))
    {
      end(shown_ != 0 && !options_.monitor ? watch_result::event : watch_result::other);
    }
  }
}

void watcher::add(const path_event& e, const event_view* source)
{
  const bool is_told = options_.monitor || shown_ == 0;
  if (!is_told || !options_.filter.admits(e))
  {
    return;
  }
  ++shown_;
  restart_timer();
  if (options_.quiet > 1)
  {
    return;
  }
  auto told = e;
  if (const auto* const p =
          source != nullptr && options_.scope.processes ? processes_.find(*source) : nullptr)
  {
    told.comm = p->comm ? std::string_view(*p->comm) : std::string_view();
  }
  append_event(text_, options_.style, told, std::chrono::system_clock::now());
}

/// False when nobody wants them any more.
asio::awaitable<bool> watcher::write_lines()
{
  const auto text = std::exchange(text_, {});
  const auto ec = text.empty() ? error_code() : co_await output_.write(text);
  if (ec == asio::error::broken_pipe || ec == asio::error::operation_aborted ||
      ec == asio::error::interrupted)
  {
    co_return false;
  }
  if (ec)
  {
    const auto where = options_.outfile.empty() ? "standard output" : escape(options_.outfile);
    throw std::runtime_error(where + ": " + ec.message());
  }
  co_return true;
}

watch_result run_watcher(const watch_options& options)
{
  if (!options.outfile.empty())
  {
    redirect_output(options.outfile);
  }
  if (!options.daemon)
  {
    return watcher(options).run();
  }
  background daemon;
  watcher w(options);
  daemon.detach();
  return w.run();
}

} // namespace

bool watch_filter::admits(const path_event& e) const
{
  if ((!include && !exclude) || e.events == event_mask::q_overflow)
  {
    return true;
  }
  const auto path = std::string(e.directory) + std::string(e.name);
  return (!include || include->is_in(path)) && (!exclude || !exclude->is_in(path));
}

watch_result watch_files(const watch_options& options)
{
  // Who writes into a pipe that nobody reads gets an error then, not a signal.
  std::signal(SIGPIPE, SIG_IGN);
  try
  {
    return run_watcher(options);
  }
  catch (const std::exception& e)
  {
    if (options.syslog)
    {
      tell_user(e.what(), true);
    }
    rethrow_explained();
  }
}

void rethrow_explained()
{
  const auto explain = [](const auto& code)
  {
    if (code == std::errc::too_many_files_open)
    {
      throw std::runtime_error("too many open files: raise the limit for this process (ulimit -n)");
    }
  };
  try
  {
    throw;
  }
  catch (const std::system_error& e)
  {
    explain(e.code());
    throw;
  }
  catch (const boost::system::system_error& e)
  {
    explain(e.code());
    throw;
  }
}

} // namespace fanio::tool

#include "watch_run.hpp"

#include "background.hpp"
#include "escape.hpp"
#include "explained_error.hpp"
#include "privileges.hpp"
#include "progress.hpp"
#include "watch_loop.hpp"
#include <fanio/unique_fd.hpp>

#include <boost/asio/steady_timer.hpp>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace fanio::tool {

namespace {

constexpr std::chrono::system_clock::time_point never{};

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

/// One run: prints events, and ends when it has what it waits for.
class watcher
{
public:
  explicit watcher(const watch_options& options);

  watch_result run();

private:
  void end(watch_result result);
  void restart_timer();
  void add(const path_event& e);
  void end_where_done();

  const watch_options& options_;
  progress progress_;
  watch_loop loop_;
  asio::steady_timer timer_{loop_.context()};
  std::string text_;
  bool shows_time_ = shows_time(options_.style);
  std::size_t shown_ = 0;
  watch_result result_ = watch_result::event;
};

notice notice_for(const watch_options& options)
{
  return [quiet = options.quiet != 0, by_syslog = options.syslog](const std::string& text)
  {
    if (!quiet)
    {
      tell_user(text, by_syslog);
    }
  };
}

watcher::watcher(const watch_options& options)
    : options_(options),
      progress_(options.quiet == 0 && !options.syslog),
      loop_(options.scope, options.outfile.empty() ? "standard output" : escape(options.outfile),
            {.tell =
                 [this, tell = notice_for(options)](const std::string& text)
             {
               progress_.clear();
               tell(text);
             },
             .watching = [this](const std::string&) { progress_.count(); }})
{
  progress_.end();
}

watch_result watcher::run()
{
  give_up_privileges(options_.scope.recursive ? later_marks::filesystems : later_marks::none,
                     notice_for(options_));
  // Scripts wait for this line of inotifywait.
  notice_for(options_)("Watches established.");
  restart_timer();
  loop_.run({.found = [this](const path_event& e) { add(e); },
             .text = [this] { return std::exchange(text_, {}); },
             .written = [this] { end_where_done(); }});
  return result_;
}

void watcher::end(watch_result result)
{
  result_ = result;
  loop_.end();
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
          result_ = watch_result::timed_out;
          loop_.finish();
        }
      });
}

void watcher::add(const path_event& e)
{
  const bool is_told = options_.monitor || shown_ == 0;
  if (!is_told || !options_.filter.admits(e))
  {
    return;
  }
  ++shown_;
  restart_timer();
  if (options_.quiet < 2)
  {
    append_event(text_, options_.style, e, shows_time_ ? std::chrono::system_clock::now() : never);
  }
}

void watcher::end_where_done()
{
  if (shown_ != 0 && !options_.monitor)
  {
    end(watch_result::event);
  }
  else if (loop_.is_over())
  {
    end(watch_result::other);
  }
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
    std::rethrow_exception(explained(std::current_exception()));
  }
}

} // namespace fanio::tool

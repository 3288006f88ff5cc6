/// Allows and denies the opening of files: a coroutine for each request, many at once.
///
/// The group is fail-closed: what is never decided is denied, also when an exception is the reason.

#include "support.hpp"
#include <fanio.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>

namespace asio = boost::asio;

namespace {

/// Stands for a scanner in another process, or on another machine, which takes its time.
asio::awaitable<fanio::verdict> scan(std::string name)
{
  asio::steady_timer work(co_await asio::this_coro::executor, std::chrono::milliseconds(300));
  co_await work.async_wait(asio::use_awaitable);
  if (name.ends_with(".zip"))
  {
    throw std::runtime_error("this scanner does not know archives");
  }
  co_return name.starts_with("secret") ? fanio::verdict::deny : fanio::verdict::allow;
}

/// Owns the request: somebody opens a file, and waits until this coroutine has answered or is gone.
asio::awaitable<void> decide(fanio::fanotify_handle& group, fanio::event request)
{
  const auto path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(request.fd()));
  const auto name = path.filename().string();
  std::cout << "asked for " << name << std::endl;

  const fanio::response answer = co_await scan(name);
  std::cout << to_string(answer) << " " << name << std::endl;
  co_await group.async_respond(std::move(request), answer);
}

/// Gives each request to a coroutine of its own, and reads on.
asio::awaitable<void> guard(fanio::fanotify_handle& group)
{
  const auto executor = co_await asio::this_coro::executor;
  for (fanio::event_buffer buffer;;)
  {
    const auto [ec, events] =
        co_await group.async_read_events(buffer, asio::as_tuple(asio::use_awaitable));
    if (ec == asio::error::operation_aborted)
    {
      co_return; // the group was closed
    }
    if (ec && ec.category() != fanio::lost_event_category()) // a lost request is denied already
    {
      throw boost::system::system_error(ec, "reading requests");
    }
    for (const auto e : events)
    {
      if (e.needs_response())
      {
        asio::co_spawn(executor, decide(group, e.take()), asio::detached);
      }
    }
  }
}

void run(example::place& where)
{
  using enum fanio::event_mask;
  asio::io_context context;
  fanio::fanotify_handle group(context, {.flags = fanio::init_flags::class_content,
                                         .default_verdict = fanio::verdict::deny});

  // Ctrl-C, or the end of the demonstration. Closing a fail-closed group denies what is left.
  asio::signal_set signals(context, SIGINT, SIGTERM, SIGCHLD);
  signals.async_wait([&](auto...) { group.close(); });
  asio::co_spawn(context, guard(group),
                 [&](std::exception_ptr thrown)
                 {
                   signals.cancel(); // nobody reads any more, so nobody may go on waiting
                   if (thrown)
                   {
                     std::rethrow_exception(thrown);
                   }
                 });

  group.add_mark(where.directory(), open_perm | event_on_child);
  where.demonstrate(
      "set letter.txt secret.txt letters.zip;"
      "for file do (echo hello > $file) 2> /dev/null & done; wait;"
      "for file do test -s $file && echo $file: written || echo $file: refused; done");
  context.run();
}

} // namespace

int main(int argc, char** argv)
{
  return example::run(argc, argv, run);
}

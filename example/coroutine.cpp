/// Prints what happens in a directory: a coroutine that reads in a loop.

#include "support.hpp"
#include <fanio.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <filesystem>
#include <iostream>

namespace asio = boost::asio;

namespace {

asio::awaitable<void> watch(const std::filesystem::path& directory)
{
  using enum fanio::event_mask;
  fanio::fanotify_handle group(co_await asio::this_coro::executor,
                               {.flags = fanio::init_flags::report_dfid_name});
  group.add_mark(directory,
                 create | close_write | move | delete_ | event_on_child | delete_self | ondir);

  for (fanio::event_buffer buffer;;)
  {
    for (const auto e : co_await group.async_read_events(buffer))
    {
      std::cout << to_string(e.mask()) << ' ' << e.name().value_or("") << '\n';
      if (has_any(e.mask(), delete_self))
      {
        co_return; // the directory itself is gone
      }
    }
  }
}

void run(example::place& where)
{
  asio::io_context context;
  asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](auto...) { context.stop(); });

  asio::co_spawn(context, watch(where.directory()),
                 [&](std::exception_ptr thrown)
                 {
                   signals.cancel();
                   if (thrown)
                   {
                     std::rethrow_exception(thrown);
                   }
                 });

  context.poll(); // as far as the first read: the mark is made
  where.demonstrate("echo hello > report.txt; sleep 0.1;"
                    "mv report.txt old.txt;   sleep 0.1;"
                    "rm old.txt;              sleep 0.1;"
                    "rmdir $PWD");
  context.run();
}

} // namespace

int main(int argc, char** argv)
{
  return example::run(argc, argv, run);
}

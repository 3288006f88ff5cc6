// Prints the names of what is made in a directory: fanio with a coroutine.

#include <fanio/basic_fanotify_handle.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <string>

boost::asio::awaitable<void> watch(fanio::fanotify_handle group)
{
  for (fanio::event_buffer buffer;;)
    for (const auto e : co_await group.async_read_events(buffer))
      std::puts(std::string(*e.name()).c_str());
}

int main(int, char** argv)
{
  boost::asio::io_context context;
  fanio::fanotify_handle group(context, {.flags = fanio::init_flags::report_dfid_name});
  group.add_mark(argv[1], fanio::event_mask::create | fanio::event_mask::event_on_child);
  boost::asio::co_spawn(context, watch(std::move(group)), boost::asio::detached);
  context.run();
}

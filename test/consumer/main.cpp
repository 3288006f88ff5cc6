// What a program needs to see the events of a directory, whichever way it got hold of fanio.

#include <fanio.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

namespace asio = boost::asio;

asio::awaitable<void> watch(fanio::fanotify_handle& group)
{
  fanio::event_buffer buffer;
  for (const auto e : co_await group.async_read_events(buffer))
  {
    std::cout << to_string(e.mask()) << ' ' << e.name().value_or("") << '\n';
  }
}

int main()
{
  std::string directory = std::filesystem::temp_directory_path() / "fanio-consumer-XXXXXX";
  if (mkdtemp(directory.data()) == nullptr)
  {
    return EXIT_FAILURE;
  }
  asio::io_context context;
  fanio::fanotify_handle group(context, {.flags = fanio::init_flags::report_dfid_name});
  group.add_mark(directory, fanio::event_mask::create);
  co_spawn(context, watch(group), asio::detached);
  std::ofstream(directory + "/hello");
  context.run();
  std::filesystem::remove_all(directory);
}

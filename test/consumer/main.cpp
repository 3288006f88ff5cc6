// What a program needs to see the events of a directory, whichever way it got hold of fanio.

#include <fanio.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include <sys/eventfd.h>

namespace asio = boost::asio;

asio::awaitable<void> watch(fanio::fanotify_handle& group)
{
  fanio::event_buffer buffer;
  for (const auto e : co_await group.async_read_events(buffer))
  {
    std::cout << to_string(e.mask()) << ' ' << e.name().value_or("") << '\n';
  }
}

// A program is compiled without BOOST_ASIO_NO_DEPRECATED, or not: what these functions return
// depends on it, and the library must not have brought others of the same names.
void use_a_descriptor(asio::io_context& context, int fd)
{
  boost::system::error_code ec;
  asio::posix::stream_descriptor stream(context);
  stream.assign(fd, ec);
  stream.cancel(ec);
  stream.close(ec);
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
  use_a_descriptor(context, eventfd(0, 0));
  std::filesystem::remove_all(directory);
}

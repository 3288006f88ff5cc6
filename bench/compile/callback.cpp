// Prints the names of what is made in a directory: fanio with callbacks.

#include <fanio/async_for_each.hpp>

#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <string>

int main(int, char** argv)
{
  boost::asio::io_context context;
  fanio::fanotify_handle group(context, {.flags = fanio::init_flags::report_dfid_name});
  group.add_mark(argv[1], fanio::event_mask::create | fanio::event_mask::event_on_child);
  fanio::async_for_each(
      group, [](fanio::event_view e) { std::puts(std::string(*e.name()).c_str()); },
      [](auto...) { std::puts("the end"); });
  context.run();
}

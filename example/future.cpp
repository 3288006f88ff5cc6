/// Prints what happens in a directory: futures, for a thread that has no event loop.

#include "support.hpp"
#include <fanio.hpp>

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <iostream>

namespace asio = boost::asio;

namespace {

/// False once the directory itself is gone.
bool print(fanio::event_range events)
{
  for (const auto e : events)
  {
    std::cout << to_string(e.mask()) << ' ' << e.name().value_or("") << '\n';
    if (has_any(e.mask(), fanio::event_mask::delete_self))
    {
      return false;
    }
  }
  return true;
}

void run(example::place& where)
{
  using enum fanio::event_mask;
  asio::thread_pool pool(1);
  fanio::fanotify_handle group(pool, {.flags = fanio::init_flags::report_dfid_name});
  group.add_mark(where.directory(),
                 create | close_write | move | delete_ | event_on_child | delete_self | ondir);
  where.demonstrate("echo hello > report.txt; sleep 0.1;"
                    "mv report.txt old.txt;   sleep 0.1;"
                    "rm old.txt;              sleep 0.1;"
                    "rmdir $PWD");

  fanio::event_buffer buffer;
  for (bool go_on = true; go_on;)
  {
    std::future<fanio::event_range> events = group.async_read_events(buffer, asio::use_future);
    // Here this thread may do something else; the pool's waits for the kernel.
    go_on = print(events.get());
  }
}

} // namespace

int main(int argc, char** argv)
{
  return example::run(argc, argv, run);
}

/// Prints what happens in a directory: callbacks, each of which starts the next read.

#include "support.hpp"
#include <fanio.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <filesystem>
#include <iostream>

namespace asio = boost::asio;

namespace {

class watcher
{
public:
  watcher(asio::io_context& context, const std::filesystem::path& directory)
      : group_(context, {.flags = fanio::init_flags::report_dfid_name}),
        signals_(context, SIGINT, SIGTERM)
  {
    using enum fanio::event_mask;
    group_.add_mark(directory,
                    create | close_write | move | delete_ | event_on_child | delete_self | ondir);
    signals_.async_wait([this](auto...) { group_.close(); });
    read();
  }

private:
  void read()
  {
    group_.async_read_events(buffer_, [this](fanio::error_code ec, fanio::event_range events)
                             { on_events(ec, events); });
  }

  void on_events(fanio::error_code ec, fanio::event_range events)
  {
    if (ec == asio::error::operation_aborted)
    {
      return; // the group was closed
    }
    if (ec)
    {
      throw boost::system::system_error(ec, "reading events");
    }
    for (const auto e : events)
    {
      std::cout << to_string(e.mask()) << ' ' << e.name().value_or("") << '\n';
      if (has_any(e.mask(), fanio::event_mask::delete_self))
      {
        signals_.cancel(); // the directory itself is gone: nothing more can come
        return;
      }
    }
    read();
  }

  fanio::fanotify_handle group_;
  fanio::event_buffer buffer_;
  asio::signal_set signals_;
};

void run(example::place& where)
{
  asio::io_context context;
  watcher w(context, where.directory());
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

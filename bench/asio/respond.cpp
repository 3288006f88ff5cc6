// The loop of bench/raw/respond_epoll.c on the reactor of Asio: what that takes without fanio.

#include "../raw/respond.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>

#include <sys/fanotify.h>

namespace {

namespace asio = boost::asio;
using group = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;

/// As that in C.
void drain(responder& r)
{
  std::size_t bytes = 0;
  do
  {
    bytes = responder_read(&r);
    responder_allow_each(&r, bytes);
  }
  while (bytes + responder_event_bytes > sizeof r.events);
}

void wait(group& waiting, responder& r)
{
  waiting.async_wait(group::wait_read,
                     [&](boost::system::error_code ec)
                     {
                       if (!ec)
                       {
                         drain(r);
                         wait(waiting, r);
                       }
                     });
}

} // namespace

int main(int argc, char** argv)
{
  responder r;
  responder_open(&r, argc, argv, FAN_NONBLOCK);
  asio::io_context context(1);
  asio::signal_set end(context, SIGTERM);
  group waiting(context, r.group);
  end.async_wait([&](boost::system::error_code, int) { waiting.cancel(); });
  wait(waiting, r);
  context.run();
  waiting.release(); // it is closed there
  return responder_report(&r);
}

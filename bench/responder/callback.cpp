// Answers in the completion handler of the read, each request by itself.

#include "responder.hpp"

namespace fanio::bench {

namespace {

void read(responder& r)
{
  r.async_read(
      [&r](error_code ec, event_range requests)
      {
        if (ec == asio::error::operation_aborted)
        {
          return;
        }
        detail::throw_on_error(ec, "async_read_events");
        r.allow_each(requests);
        read(r);
      });
}

} // namespace

} // namespace fanio::bench

int main(int argc, char** argv)
{
  return fanio::bench::respond(argc, argv, fanio::bench::read);
}

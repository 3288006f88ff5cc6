// Answers in a coroutine that awaits the reads, each request by itself.

#include "responder.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>

namespace fanio::bench {

namespace {

asio::awaitable<void, executor> read(responder& r)
{
  while (true)
  {
    r.allow_each(co_await r.async_read(asio::use_awaitable_t<executor>()));
  }
}

/// Ends with an exception, as the group is closed when it is enough.
void start(responder& r)
{
  asio::co_spawn(r.get_executor(), read(r),
                 [](std::exception_ptr end)
                 {
                   try
                   {
                     std::rethrow_exception(end);
                   }
                   catch (const boost::system::system_error& e)
                   {
                     if (e.code() != asio::error::operation_aborted)
                     {
                       throw;
                     }
                   }
                 });
}

} // namespace

} // namespace fanio::bench

int main(int argc, char** argv)
{
  return fanio::bench::respond(argc, argv, fanio::bench::start);
}

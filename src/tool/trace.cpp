#include "trace.hpp"

#include "explained_error.hpp"
#include "tracer.hpp"

#include <csignal>
#include <exception>

namespace fanio::tool {

void trace(const trace_options& options)
{
  // Who writes into a pipe that nobody reads gets an error then, not a signal.
  std::signal(SIGPIPE, SIG_IGN);
  try
  {
    tracer(options).run();
  }
  catch (...)
  {
    std::rethrow_exception(explained(std::current_exception()));
  }
}

} // namespace fanio::tool

#include "ending_signals.hpp"

#include <signal.h>

namespace fanio::tool {

void add_ending_signals(asio::signal_set& signals)
{
  signals.add(SIGINT);
  signals.add(SIGTERM);
  struct sigaction hang_up = {};
  if (::sigaction(SIGHUP, nullptr, &hang_up) != 0 || hang_up.sa_handler != SIG_IGN)
  {
    signals.add(SIGHUP);
  }
}

} // namespace fanio::tool

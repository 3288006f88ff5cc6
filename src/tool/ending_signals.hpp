#pragma once

#include <fanio/detail/config.hpp>

#include <boost/asio/signal_set.hpp>

namespace fanio::tool {

/// Adds those that ask a program to end: SIGINT, SIGTERM, and SIGHUP unless it was started with
/// that ignored, as nohup(1) does.
void add_ending_signals(asio::signal_set& signals);

} // namespace fanio::tool

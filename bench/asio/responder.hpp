#pragma once

#include "../raw/respond.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstddef>

#include <sys/fanotify.h>

namespace fanio::bench {

/// A responder on the reactor of Asio, for what that takes without fanio: the loop of
/// bench/raw/respond_epoll.c, which reads until the queue is empty. `answer(responder, bytes)` is
/// what the programs differ in.
template <typename Answer>
class asio_responder
{
public:
  asio_responder(int argc, char** argv, Answer answer) : raw_(open(argc, argv)), answer_(answer)
  {
    group_.assign(raw_.group);
    end_.async_wait([this](boost::system::error_code, int) { group_.cancel(); });
  }

  /// Runs until SIGTERM. Returns the exit status.
  int run()
  {
    if (!responder_is_stopped()) // by C's handler, before the signal set was there
    {
      wait();
      context_.run();
    }
    group_.release(); // it is closed there
    return responder_report(&raw_);
  }

private:
  using group = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

  /// Before the signal set, which takes the place of C's handler of SIGTERM.
  static responder open(int argc, char** argv)
  {
    responder raw;
    responder_open(&raw, argc, argv, FAN_NONBLOCK);
    return raw;
  }

  void wait()
  {
    group_.async_wait(group::wait_read,
                      [this](boost::system::error_code ec)
                      {
                        if (!ec)
                        {
                          drain();
                          wait();
                        }
                      });
  }

  void drain()
  {
    std::size_t bytes = 0;
    do
    {
      bytes = responder_read(&raw_);
      answer_(&raw_, bytes);
    }
    while (bytes + responder_event_bytes > sizeof raw_.events);
  }

  responder raw_;
  Answer answer_;
  boost::asio::io_context context_{1};
  boost::asio::signal_set end_{context_, SIGTERM};
  group group_{context_};
};

} // namespace fanio::bench

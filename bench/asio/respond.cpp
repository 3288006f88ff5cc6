// Answers each request by itself, as bench/raw/respond_epoll.c does, on the reactor of Asio.

#include "responder.hpp"

int main(int argc, char** argv)
{
  return fanio::bench::asio_responder(argc, argv, responder_allow_each).run();
}

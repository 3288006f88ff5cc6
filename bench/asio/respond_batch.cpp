// Answers all that a read has brought by one writev(2), as bench/raw/respond_poll.c does, on the
// reactor of Asio.

#include "responder.hpp"

int main(int argc, char** argv)
{
  return fanio::bench::asio_responder(argc, argv, responder_allow_all).run();
}

/* Sleeps in poll(2), and answers all that one read brought by one writev(2). */

#include "respond.h"

#include <poll.h>
#include <sys/fanotify.h>

int main(int argc, char** argv)
{
  struct responder r;
  responder_open(&r, argc, argv, FAN_NONBLOCK);
  struct pollfd readable = {.fd = r.group, .events = POLLIN};
  while (!responder_is_stopped())
    if (poll(&readable, 1, -1) > 0)
      responder_allow_all(&r, responder_read(&r));
  return responder_report(&r);
}

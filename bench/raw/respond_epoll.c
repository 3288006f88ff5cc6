/* Sleeps in epoll_wait(2), edge-triggered: what the reactor of an event loop does. */

#include "respond.h"

#include <sys/epoll.h>
#include <sys/fanotify.h>

static int watch(int group)
{
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event edge = {.events = EPOLLIN | EPOLLET};
  if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, group, &edge) != 0)
    responder_fail("epoll");
  return epoll;
}

/* Until the queue is empty, for there is no other edge before. A read that leaves room for an event
   has emptied it, and what came since has made an edge of its own. */
static void drain(struct responder* r)
{
  size_t bytes;
  do
  {
    bytes = responder_read(r);
    responder_allow_each(r, bytes);
  }
  while (bytes + responder_event_bytes > sizeof r->events);
}

int main(int argc, char** argv)
{
  struct responder r;
  responder_open(&r, argc, argv, FAN_NONBLOCK);
  const int epoll = watch(r.group);
  struct epoll_event edge;
  while (!responder_is_stopped())
    if (epoll_wait(epoll, &edge, 1, -1) > 0)
      drain(&r);
  return responder_report(&r);
}

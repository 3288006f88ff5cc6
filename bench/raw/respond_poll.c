/* Sleeps in poll(2), and answers all that one read brought by one writev(2). */

#include "respond.h"

#include <poll.h>
#include <sys/fanotify.h>
#include <sys/uio.h>
#include <unistd.h>

static void allow_all(struct responder* r, size_t bytes)
{
  struct fanotify_response answers[responder_max_events];
  struct iovec parts[responder_max_events];
  int count = 0;
  size_t left = bytes;
  for (struct fanotify_event_metadata* event = (void*)r->events; FAN_EVENT_OK(event, left);
       event = FAN_EVENT_NEXT(event, left))
  {
    const int fd = responder_request(event);
    if (fd < 0)
      continue;
    responder_keep(r, fd);
    answers[count] = (struct fanotify_response){fd, FAN_ALLOW};
    /* A part each: the kernel takes one answer from a write. */
    parts[count] = (struct iovec){&answers[count], sizeof answers[count]};
    ++count;
  }
  if (count == 0)
    return;
  if (writev(r->group, parts, count) != count * (ssize_t)sizeof answers[0])
    responder_fail("writev");
  r->answered += (unsigned)count;
  for (int i = 0; i < count; ++i)
    close(answers[i].fd);
}

int main(int argc, char** argv)
{
  struct responder r;
  responder_open(&r, argc, argv, FAN_NONBLOCK);
  struct pollfd readable = {.fd = r.group, .events = POLLIN};
  while (!responder_is_stopped())
    if (poll(&readable, 1, -1) > 0)
      allow_all(&r, responder_read(&r));
  return responder_report(&r);
}

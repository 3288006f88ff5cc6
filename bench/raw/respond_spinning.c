/* Looks again and again whether there is something, and sleeps only when there has been nothing for
   a while: the opener then waits for no wake-up of the responder. It takes a core. */

#include "respond.h"

#include <time.h>

#include <poll.h>
#include <sys/fanotify.h>

enum
{
  patience_ns = 200 * 1000
};

static int64_t now_ns(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* Reads until something was read, or nothing for too long. */
static size_t spin(struct responder* r)
{
  const int64_t end = now_ns() + patience_ns;
  size_t bytes;
  do
  {
    bytes = responder_read(r);
  }
  while (bytes == 0 && now_ns() < end);
  return bytes;
}

int main(int argc, char** argv)
{
  struct responder r;
  responder_open(&r, argc, argv, FAN_NONBLOCK);
  struct pollfd readable = {.fd = r.group, .events = POLLIN};
  while (!responder_is_stopped())
  {
    const size_t bytes = spin(&r);
    if (bytes != 0)
      responder_allow_each(&r, bytes);
    else if (!responder_is_stopped())
      poll(&readable, 1, -1);
  }
  return responder_report(&r);
}

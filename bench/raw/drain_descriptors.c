/* Groups without FAN_REPORT_FID: each event brings an open descriptor. */
#define _GNU_SOURCE
#include "drain_loop.h"

#include <fcntl.h>
#include <stdio.h>

static int close_one(struct drain* d, const struct fanotify_event_metadata* event)
{
  ++d->sums.descriptors;
  return close(event->fd);
}

int drain_descriptors(struct drain* d, uint64_t events)
{
  return drain_with(d, events, close_one);
}

/* Runs of numbers ---------------------------------------------------------------------------- */

struct run
{
  int first;
  int end; /* one beyond the last */
};

static int close_run(const struct run* r)
{
  return r->first == r->end ? 0 : close_range((unsigned)r->first, (unsigned)r->end - 1, 0);
}

/* A read of an otherwise idle process gives rising numbers with few gaps. */
static int close_runs(struct drain* d, ssize_t length)
{
  struct run r = {0, 0};
  const struct fanotify_event_metadata* event = (const void*)d->buffer;
  for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length))
  {
    if (event->fd < 0)
    {
      continue;
    }
    if (event->fd != r.end)
    {
      if (close_run(&r) != 0)
      {
        return -1;
      }
      r.first = event->fd;
    }
    r.end = event->fd + 1;
  }
  return close_run(&r);
}

static int count_one(struct drain* d, const struct fanotify_event_metadata* event)
{
  d->sums.descriptors += event->fd >= 0;
  return 0;
}

int drain_descriptor_runs(struct drain* d, uint64_t events)
{
  return drain_and_then(d, events, count_one, close_runs);
}

/* Paths -------------------------------------------------------------------------------------- */

static int add_path_and_close(struct drain* d, ssize_t length, int fd)
{
  const int error = errno;
  ++d->sums.descriptors;
  if (close(fd) != 0)
  {
    return -1;
  }
  if (length < 0)
  {
    errno = error;
    return -1;
  }
  d->sums.bytes += (uint64_t)length;
  return 0;
}

static int read_path(struct drain* d, const struct fanotify_event_metadata* event)
{
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", event->fd);
  return add_path_and_close(d, readlink(link, d->path, sizeof d->path), event->fd);
}

static ssize_t ask_at(struct drain* d, const struct fanotify_event_metadata* event)
{
  char link[16];
  snprintf(link, sizeof link, "%d", event->fd);
  return readlinkat(d->descriptors, link, d->path, sizeof d->path);
}

static int read_path_at(struct drain* d, const struct fanotify_event_metadata* event)
{
  return add_path_and_close(d, ask_at(d, event), event->fd);
}

static int add_path_at(struct drain* d, const struct fanotify_event_metadata* event)
{
  const ssize_t length = ask_at(d, event);
  ++d->sums.descriptors;
  d->sums.bytes += length < 0 ? 0 : (uint64_t)length;
  return length < 0 ? -1 : 0;
}

int drain_descriptor_paths(struct drain* d, uint64_t events)
{
  return drain_with(d, events, read_path);
}

int drain_descriptor_paths_at(struct drain* d, uint64_t events)
{
  return drain_with(d, events, read_path_at);
}

int drain_descriptor_paths_runs(struct drain* d, uint64_t events)
{
  return drain_and_then(d, events, add_path_at, close_runs);
}

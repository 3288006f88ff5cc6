/* What all drains have in common. */
#ifndef FANIO_BENCH_RAW_DRAIN_LOOP_H
#define FANIO_BENCH_RAW_DRAIN_LOOP_H

#include "drain.h"

#include <errno.h>
#include <string.h>

#include <sys/fanotify.h>
#include <unistd.h>

/* Does what a drain does with one event: 0, or -1 and errno. */
typedef int look_function(struct drain* d, const struct fanotify_event_metadata* event);

/* Looks at `length` bytes of events. */
static inline int look_at_all(struct drain* d, ssize_t length, look_function* look)
{
  const struct fanotify_event_metadata* event = (const void*)d->buffer;
  for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length))
  {
    if (event->vers != FANOTIFY_METADATA_VERSION)
    {
      errno = EPROTO;
      return -1;
    }
    if (event->mask & FAN_Q_OVERFLOW)
    {
      ++d->sums.overflows;
      continue;
    }
    ++d->sums.events;
    d->sums.masks += event->mask;
    if (look(d, event) != 0)
    {
      return -1;
    }
  }
  return 0;
}

/* Does what there is to do at the end of a read of so many bytes: 0, or -1 and errno. */
typedef int end_function(struct drain* d, ssize_t length);

/* The loop. It is compiled into each drain together with what that does with an event, so that no
 * function is called by a pointer. `end` may be NULL. */
static inline __attribute__((always_inline)) int
drain_and_then(struct drain* d, uint64_t events, look_function* look, end_function* end)
{
  const uint64_t enough = d->sums.events + events;
  while (d->sums.events < enough)
  {
    const ssize_t length = read(d->group, d->buffer, d->buffer_size);
    if (length < 0 && errno == EINTR)
    {
      continue;
    }
    if (length < 0)
    {
      return errno == EAGAIN ? 0 : -1;
    }
    if (look_at_all(d, length, look) != 0 || (end != NULL && end(d, length) != 0))
    {
      return -1;
    }
  }
  return 0;
}

static inline __attribute__((always_inline)) int drain_with(struct drain* d, uint64_t events,
                                                            look_function* look)
{
  return drain_and_then(d, events, look, NULL);
}

/* The handle in an information record, which may stand at any address that 4 divides. */
static inline const struct file_handle* handle_of(const struct fanotify_event_info_fid* record)
{
  return (const void*)record->handle;
}

/* The first information record of an event, which is about the object or its directory. NULL if
 * there is none, or one of another kind. */
static inline const struct fanotify_event_info_fid*
first_record(const struct fanotify_event_metadata* event, uint8_t kind)
{
  const struct fanotify_event_info_fid* record =
      (const void*)((const char*)event + event->metadata_len);
  const int is_there = event->event_len >= event->metadata_len + sizeof *record;
  if (!is_there || record->hdr.info_type != kind)
  {
    errno = EPROTO;
    return NULL;
  }
  return record;
}

#endif

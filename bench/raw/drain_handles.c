/* FAN_REPORT_FID: each event brings the handle of the object. */
#define _GNU_SOURCE
#include "ask_path.h"
#include "drain_loop.h"

static int add_handle(struct drain* d, const struct fanotify_event_metadata* event)
{
  const struct fanotify_event_info_fid* record = first_record(event, FAN_EVENT_INFO_TYPE_FID);
  if (record == NULL)
  {
    return -1;
  }
  d->sums.bytes += handle_of(record)->handle_bytes;
  return 0;
}

int drain_handles(struct drain* d, uint64_t events)
{
  return drain_with(d, events, add_handle);
}

static int add_path(struct drain* d, const struct fanotify_event_metadata* event)
{
  const struct fanotify_event_info_fid* record = first_record(event, FAN_EVENT_INFO_TYPE_FID);
  if (record == NULL)
  {
    return -1;
  }
  const ssize_t length = ask_path_at(d, handle_of(record), d->path, sizeof d->path);
  if (length < 0)
  {
    return -1;
  }
  d->sums.bytes += (uint64_t)length;
  return 0;
}

int drain_handle_paths(struct drain* d, uint64_t events)
{
  return drain_with(d, events, add_path);
}

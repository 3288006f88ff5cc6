/* FAN_REPORT_DFID_NAME: each event brings the handle of a directory and a name in it. */
#define _GNU_SOURCE
#include "ask_path.h"
#include "drain_loop.h"
#include "path_cache.h"

/* The name follows the handle, and ends with a null byte. */
static const char* name_of(const struct fanotify_event_info_fid* record)
{
  const struct file_handle* handle = handle_of(record);
  return (const char*)handle->f_handle + handle->handle_bytes;
}

static int add_name(struct drain* d, const struct fanotify_event_metadata* event)
{
  const struct fanotify_event_info_fid* record = first_record(event, FAN_EVENT_INFO_TYPE_DFID_NAME);
  if (record == NULL)
  {
    return -1;
  }
  d->sums.bytes += strlen(name_of(record));
  return 0;
}

int drain_names(struct drain* d, uint64_t events)
{
  return drain_with(d, events, add_name);
}

/* Paths -------------------------------------------------------------------------------------- */

/* Ends the path of a directory, which stands in d->path, with a name. */
static int end_path(struct drain* d, size_t length, const char* name)
{
  const size_t name_length = strlen(name);
  if (length + 1 + name_length >= sizeof d->path)
  {
    errno = ENAMETOOLONG;
    return -1;
  }
  d->path[length] = '/';
  memcpy(d->path + length + 1, name, name_length + 1);
  d->sums.bytes += length + 1 + name_length;
  return 0;
}

static const struct cached_path* learn(struct drain* d,
                                       const struct fanotify_event_info_fid* record)
{
  const ssize_t length = ask_path_at(d, handle_of(record), d->path, sizeof d->path);
  return length < 0 ? NULL : path_cache_put(d->cache, record, d->path, (size_t)length);
}

static int add_cached_path(struct drain* d, const struct fanotify_event_metadata* event)
{
  const struct fanotify_event_info_fid* record = first_record(event, FAN_EVENT_INFO_TYPE_DFID_NAME);
  if (record == NULL)
  {
    return -1;
  }
  const struct cached_path* directory = path_cache_find(d->cache, record);
  if (directory == NULL && (directory = learn(d, record)) == NULL)
  {
    return -1;
  }
  memcpy(d->path, directory->bytes, directory->length);
  return end_path(d, directory->length, name_of(record));
}

int drain_paths_cached(struct drain* d, uint64_t events)
{
  return drain_with(d, events, add_cached_path);
}

typedef ssize_t ask_function(const struct drain*, const struct file_handle*, char*, size_t);

static inline int add_asked_path(struct drain* d, const struct fanotify_event_metadata* event,
                                 ask_function* ask)
{
  const struct fanotify_event_info_fid* record = first_record(event, FAN_EVENT_INFO_TYPE_DFID_NAME);
  if (record == NULL)
  {
    return -1;
  }
  const ssize_t length = ask(d, handle_of(record), d->path, sizeof d->path);
  return length < 0 ? -1 : end_path(d, (size_t)length, name_of(record));
}

static int ask_and_add(struct drain* d, const struct fanotify_event_metadata* event)
{
  return add_asked_path(d, event, ask_path);
}

static int ask_at_and_add(struct drain* d, const struct fanotify_event_metadata* event)
{
  return add_asked_path(d, event, ask_path_at);
}

int drain_paths_asked(struct drain* d, uint64_t events)
{
  return drain_with(d, events, ask_and_add);
}

int drain_paths_asked_at(struct drain* d, uint64_t events)
{
  return drain_with(d, events, ask_at_and_add);
}

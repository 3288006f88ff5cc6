#define _GNU_SOURCE
#include "drain.h"

#include "path_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <sys/fanotify.h>
#include <unistd.h>

int drain_begin(struct drain* d, int group, size_t buffer_size, const char* watched)
{
  *d = (struct drain){.group = group, .buffer_size = buffer_size, .descriptors = -1};
  d->filesystem = open(watched, O_RDONLY | O_CLOEXEC);
  d->descriptors = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
  d->buffer = malloc(buffer_size);
  d->cache = path_cache_new();
  if (d->filesystem >= 0 && d->descriptors >= 0 && d->buffer != NULL && d->cache != NULL)
  {
    return 0;
  }
  const int error = errno;
  drain_end(d);
  errno = error;
  return -1;
}

void drain_end(struct drain* d)
{
  path_cache_free(d->cache);
  free(d->buffer);
  if (d->descriptors >= 0)
  {
    close(d->descriptors);
  }
  if (d->filesystem >= 0)
  {
    close(d->filesystem);
  }
}

const struct drain_kind* drain_find_kind(const char* name)
{
  static const struct drain_kind kinds[] = {
      {"descriptors", FAN_CLASS_NOTIF, FAN_OPEN, drain_descriptors},
      {"descriptor-runs", FAN_CLASS_NOTIF, FAN_OPEN, drain_descriptor_runs},
      {"descriptor-paths", FAN_CLASS_NOTIF, FAN_OPEN, drain_descriptor_paths},
      {"descriptor-paths-at", FAN_CLASS_NOTIF, FAN_OPEN, drain_descriptor_paths_at},
      {"descriptor-paths-runs", FAN_CLASS_NOTIF, FAN_OPEN, drain_descriptor_paths_runs},
      {"handles", FAN_REPORT_FID, FAN_OPEN, drain_handles},
      {"handle-paths", FAN_REPORT_FID, FAN_OPEN, drain_handle_paths},
      {"names", FAN_REPORT_DFID_NAME, FAN_CREATE, drain_names},
      {"paths-cached", FAN_REPORT_DFID_NAME, FAN_CREATE, drain_paths_cached},
      {"paths-asked", FAN_REPORT_DFID_NAME, FAN_CREATE, drain_paths_asked},
      {"paths-asked-at", FAN_REPORT_DFID_NAME, FAN_CREATE, drain_paths_asked_at},
      {NULL, 0, 0, NULL},
  };
  const struct drain_kind* kind = kinds;
  while (name != NULL && kind->name != NULL && strcmp(kind->name, name) != 0)
  {
    ++kind;
  }
  return name != NULL && kind->name == NULL ? NULL : kind;
}

#define _GNU_SOURCE
#include "directory_cache.h"

#include "path_cache.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

struct directory_cache
{
  int mount;
  struct path_cache* paths; /* NULL after there was no memory */
};

/* The path of a directory, of the kernel. Its length, or -1. */
static ssize_t ask(int mount, const struct fanotify_event_info_fid* directory, char* path)
{
  struct file_handle* const handle = (struct file_handle*)directory->handle;
  const int fd = open_by_handle_at(mount, handle, O_PATH | O_CLOEXEC);
  if (fd < 0)
  {
    return -1;
  }
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, PATH_MAX);
  close(fd);
  return length;
}

static const struct cached_path* learn(struct directory_cache* cache,
                                       const struct fanotify_event_info_fid* directory)
{
  char path[PATH_MAX];
  const ssize_t length = ask(cache->mount, directory, path);
  return length < 0 ? NULL : path_cache_put(cache->paths, directory, path, (size_t)length);
}

struct directory_cache* directory_cache_make(const char* path)
{
  struct directory_cache* const cache = malloc(sizeof *cache);
  if (cache == NULL)
  {
    return NULL;
  }
  cache->paths = path_cache_new();
  /* Not with O_PATH: open_by_handle_at(2) does not take such a descriptor. */
  cache->mount = open(path, O_RDONLY | O_CLOEXEC);
  if (cache->paths == NULL || cache->mount < 0)
  {
    directory_cache_free(cache);
    return NULL;
  }
  return cache;
}

void directory_cache_free(struct directory_cache* cache)
{
  path_cache_free(cache->paths);
  if (cache->mount >= 0)
  {
    close(cache->mount);
  }
  free(cache);
}

struct directory_path directory_cache_find(struct directory_cache* cache,
                                           const struct fanotify_event_info_fid* directory)
{
  if (cache->paths == NULL)
  {
    return (struct directory_path){NULL, 0};
  }
  const struct cached_path* path = path_cache_find(cache->paths, directory);
  if (path == NULL)
  {
    path = learn(cache, directory);
  }
  return path != NULL ? (struct directory_path){path->bytes, path->length}
                      : (struct directory_path){NULL, 0};
}

int directory_cache_put(struct directory_cache* cache,
                        const struct fanotify_event_info_fid* directory, const char* path)
{
  return path_cache_put(cache->paths, directory, path, strlen(path)) != NULL ? 0 : -1;
}

void directory_cache_forget(struct directory_cache* cache)
{
  path_cache_free(cache->paths);
  cache->paths = path_cache_new();
}

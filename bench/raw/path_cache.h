/* Directories that are known: a hash table from file handles to paths. */
#ifndef FANIO_BENCH_RAW_PATH_CACHE_H
#define FANIO_BENCH_RAW_PATH_CACHE_H

#include <stddef.h>

#include <sys/fanotify.h>

struct path_cache;

/* A path, not ended by a null byte. */
struct cached_path
{
  const char* bytes;
  size_t length;
};

/* NULL and errno if there is no memory. */
struct path_cache* path_cache_new(void);
void path_cache_free(struct path_cache* cache);

/* The path that was put under the filesystem and handle of a record. NULL if there is none. It
 * stays where it is until the next is put. */
const struct cached_path* path_cache_find(const struct path_cache* cache,
                                          const struct fanotify_event_info_fid* record);

/* Puts a copy of a path under a handle that is not there yet. NULL and errno if there is no
 * memory. */
const struct cached_path* path_cache_put(struct path_cache* cache,
                                         const struct fanotify_event_info_fid* record,
                                         const char* path, size_t length);

#endif

#pragma once

/* The paths of directories by their file handles: asked of the kernel once, by
 * open_by_handle_at(2), and remembered. Names are in the events, so that a file in a directory that
 * is known costs no system call. */

#include <stddef.h>

#include <sys/fanotify.h>

#ifdef __cplusplus
extern "C" {
#endif

struct directory_cache;

struct directory_path
{
  const char* bytes; /* valid until the next call */
  size_t length;
};

/* For the filesystem that `path` is on. NULL, and errno, on failure. */
struct directory_cache* directory_cache_make(const char* path);
void directory_cache_free(struct directory_cache* cache);

/* The path of a directory that an event tells of; no bytes if it is gone, or memory is. */
struct directory_path directory_cache_find(struct directory_cache* cache,
                                           const struct fanotify_event_info_fid* directory);

/* Remembers the path of a directory that is not known yet. 0, or -1 and errno. */
int directory_cache_put(struct directory_cache* cache,
                        const struct fanotify_event_info_fid* directory, const char* path);

/* Forgets all of them: to be called when a directory was renamed or removed. */
void directory_cache_forget(struct directory_cache* cache);

#ifdef __cplusplus
}
#endif

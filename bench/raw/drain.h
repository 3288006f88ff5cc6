/* Drains: loops that read the events of a fanotify group and look at each, in the ways that there
 * are. What they have seen is summed up, so that two programs can be compared. */
#ifndef FANIO_BENCH_RAW_DRAIN_H
#define FANIO_BENCH_RAW_DRAIN_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Equal for programs that have seen the same events and done the same work. */
struct drain_sums
{
  uint64_t events;      /* without overflows */
  uint64_t overflows;   /* events that tell that others were lost */
  uint64_t masks;       /* the sum of the masks */
  uint64_t descriptors; /* how many came, and were closed */
  uint64_t bytes;       /* of the names, handles or paths, whichever is looked at */
};

struct path_cache;

/* A group that is drained. */
struct drain
{
  int group;                /* its descriptor, which stays the caller's */
  char* buffer;             /* what read(2) fills */
  size_t buffer_size;       /* in bytes */
  int filesystem;           /* any file of the one that is watched, for open_by_handle_at(2) */
  int descriptors;          /* the directory /proc/self/fd */
  struct path_cache* cache; /* of directories */
  char path[PATH_MAX];      /* of the last event, where paths are made */
  struct drain_sums sums;
};

/* 0, or -1 and errno. The filesystem is that of `watched`. */
int drain_begin(struct drain* d, int group, size_t buffer_size, const char* watched);
void drain_end(struct drain* d);

/* A way to drain: reads until at least `events` more were seen, up to the end of a read, or until
 * a group that does not block has no more. 0, or -1 and errno. */
typedef int drain_function(struct drain* d, uint64_t events);

/* Groups that give a descriptor of each object, which has to be closed: one by one; runs of
 * numbers with one close_range(2). */
int drain_descriptors(struct drain* d, uint64_t events);
int drain_descriptor_runs(struct drain* d, uint64_t events);

/* The same with the path of each: readlink(2) of /proc/self/fd/N; readlinkat(2) of N in that
 * directory, which is kept open; the latter with runs. */
int drain_descriptor_paths(struct drain* d, uint64_t events);
int drain_descriptor_paths_at(struct drain* d, uint64_t events);
int drain_descriptor_paths_runs(struct drain* d, uint64_t events);

/* FAN_REPORT_FID: the handle of each object; its path, by open_by_handle_at(2) and readlinkat(2).
 */
int drain_handles(struct drain* d, uint64_t events);
int drain_handle_paths(struct drain* d, uint64_t events);

/* FAN_REPORT_DFID_NAME: the name of each; the path of each, made of that of its directory. That is
 * remembered; or asked for at each event, by readlink(2) or readlinkat(2). */
int drain_names(struct drain* d, uint64_t events);
int drain_paths_cached(struct drain* d, uint64_t events);
int drain_paths_asked(struct drain* d, uint64_t events);
int drain_paths_asked_at(struct drain* d, uint64_t events);

/* All of them. */
struct drain_kind
{
  const char* name;        /* "paths-cached" */
  unsigned int init_flags; /* that fanotify_init(2) needs */
  uint64_t mask;           /* what to watch, for one event each time a file is opened or made */
  drain_function* run;
};

/* NULL if there is none of that name. With NULL: the first; they end with one without a name. */
const struct drain_kind* drain_find_kind(const char* name);

#ifdef __cplusplus
}
#endif

#endif

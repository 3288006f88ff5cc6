/* Readers of a live group, in C with bare system calls. For each the group is read in a loop around
 * epoll_wait(2); what it does is told on a board: see live_board.h.
 *
 *   fanio_raw_live storm ROOT opens|names BOARD paths|no-paths BUFFER_BYTES LINGER_US
 *   fanio_raw_live delay DIRECTORY BOARD
 *
 * storm: marks the filesystem of ROOT, and finds the path of each event, or looks at its name only.
 *        With a linger it waits so long before each read, and so makes fewer of them.
 * delay: marks a directory, and notes when it has each event.
 *
 * "ready" is its first line, or what failed. It ends when it is killed. */
#define _GNU_SOURCE
#include "directory_cache.h"
#include "live_board.h"
#include "newer_flags.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <unistd.h>

/* No event of any kernel so far is longer. */
enum
{
  max_event_bytes = 1024,
  many_events = 4 /* so many in a read, and the next are taken to be there already */
};

static void fail(const char* what)
{
  printf("%s: %s\n", what, strerror(errno));
  exit(EXIT_FAILURE);
}

static void say_ready(void)
{
  puts("ready");
  fflush(stdout);
}

/* An epoll instance that tells when the group can be read. */
static int watch(int group)
{
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event when = {.events = EPOLLIN};
  if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, group, &when) != 0)
  {
    fail("epoll");
  }
  return epoll;
}

static void wait_for_events(int epoll)
{
  struct epoll_event happened;
  while (epoll_wait(epoll, &happened, 1, -1) < 0)
  {
    if (errno != EINTR) /* also after SIGCONT */
    {
      fail("epoll_wait");
    }
  }
}

/* What of an event has to be known for its path: the directory, and the name in it. */
struct place
{
  const struct fanotify_event_info_fid* directory;
  const char* name;
};

static struct place place_of(const struct fanotify_event_metadata* event)
{
  const char* at = (const char*)event + event->metadata_len;
  const char* const end = (const char*)event + event->event_len;
  while (at < end)
  {
    const struct fanotify_event_info_fid* const info = (const void*)at;
    if (info->hdr.info_type == FAN_EVENT_INFO_TYPE_DFID_NAME ||
        info->hdr.info_type == FAN_EVENT_INFO_TYPE_NEW_DFID_NAME)
    {
      const struct file_handle* const handle = (const void*)info->handle;
      return (struct place){info, (const char*)handle->f_handle + handle->handle_bytes};
    }
    at += info->hdr.len;
  }
  return (struct place){NULL, NULL};
}

struct reader
{
  int group;
  int epoll;
  bool finds_paths;
  struct directory_cache* directories;
  char* buffer;
  size_t buffer_bytes;
  struct live_board* board;
  struct live_counts counts;
  char path[PATH_MAX + NAME_MAX + 2];
};

/* Puts together the path of an event. Its length; 0 if it is not known. Without paths: that of the
 * name. */
static size_t find_path(struct reader* r, const struct fanotify_event_metadata* event)
{
  const struct place where = place_of(event);
  if (where.directory == NULL)
  {
    return 0;
  }
  if (!r->finds_paths)
  {
    return strlen(where.name);
  }
  const struct directory_path directory = directory_cache_find(r->directories, where.directory);
  if (directory.bytes == NULL)
  {
    return 0;
  }
  memcpy(r->path, directory.bytes, directory.length);
  if (strcmp(where.name, ".") == 0)
  {
    return directory.length;
  }
  r->path[directory.length] = '/';
  const size_t name_length = strlen(where.name);
  memcpy(r->path + directory.length + 1, where.name, name_length + 1);
  return directory.length + 1 + name_length;
}

static void look_at(struct reader* r, const struct fanotify_event_metadata* event)
{
  ++r->counts.events;
  if (event->mask & FAN_Q_OVERFLOW)
  {
    ++r->counts.overflows;
    directory_cache_forget(r->directories);
    return;
  }
  const size_t length = find_path(r, event);
  r->counts.unresolved += length == 0;
  if (event->mask & FAN_ONDIR)
  {
    if (event->mask & (FAN_RENAME | FAN_DELETE))
    {
      directory_cache_forget(r->directories);
    }
    return;
  }
  const uint64_t changes = (uint64_t)__builtin_popcountll(event->mask);
  r->counts.changes += changes;
  r->counts.masks += event->mask;
  r->counts.path_bytes += changes * length;
}

struct read_result
{
  unsigned events;
  bool was_full; /* there may be more */
};

static struct read_result read_once(struct reader* r)
{
  struct read_result result = {0, false};
  ssize_t length = read(r->group, r->buffer, r->buffer_bytes);
  if (length < 0)
  {
    if (errno != EAGAIN && errno != EINTR)
    {
      fail("read");
    }
    return result;
  }
  result.was_full = (size_t)length + max_event_bytes > r->buffer_bytes;
  const struct fanotify_event_metadata* event = (const void*)r->buffer;
  for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length))
  {
    if (event->vers != FANOTIFY_METADATA_VERSION)
    {
      fail("the version of the events");
    }
    look_at(r, event);
    ++result.events;
  }
  ++r->counts.reads;
  live_board_show(r->board, &r->counts);
  return result;
}

static void read_at_once(struct reader* r)
{
  for (;;)
  {
    wait_for_events(r->epoll);
    while (read_once(r).was_full)
    {
    }
  }
}

/* Does not wait for a wake-up where the last read brought many: with the linger more will be there,
 * and the workload has nobody to wake. */
static void read_with_linger(struct reader* r, long microseconds)
{
  const struct timespec linger = {microseconds / 1000000, microseconds % 1000000 * 1000};
  prctl(PR_SET_TIMERSLACK, 1ul, 0ul, 0ul, 0ul); /* a timerfd has no slack either */
  struct read_result last = {0, false};
  for (;;)
  {
    if (last.events < many_events)
    {
      wait_for_events(r->epoll);
    }
    nanosleep(&linger, NULL);
    do
    {
      last = read_once(r);
    }
    while (last.was_full);
  }
}

static void read_storm(char** argv)
{
  const char* const root = argv[0];
  struct reader* const r = calloc(1, sizeof *r);
  uint64_t mask = FAN_CREATE | FAN_DELETE | FAN_RENAME | FAN_ONDIR;
  if (strcmp(argv[1], "opens") == 0)
  {
    mask |= FAN_OPEN | FAN_CLOSE;
  }
  if (r == NULL || (r->board = live_board_map(argv[2])) == NULL)
  {
    fail(argv[2]);
  }
  r->finds_paths = strcmp(argv[3], "paths") == 0;
  r->buffer_bytes = strtoul(argv[4], NULL, 10);
  const long linger = strtol(argv[5], NULL, 10);
  r->buffer = malloc(r->buffer_bytes);
  r->directories = directory_cache_make(root);
  if (r->buffer == NULL || r->directories == NULL)
  {
    fail(root);
  }
  r->group = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME | FAN_REPORT_FID |
                               FAN_REPORT_TARGET_FID | FAN_UNLIMITED_QUEUE | FAN_CLOEXEC | FAN_NONBLOCK,
                           0);
  if (r->group < 0)
  {
    fail("fanotify_init");
  }
  if (fanotify_mark(r->group, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, mask, AT_FDCWD, root) != 0)
  {
    fail("fanotify_mark");
  }
  r->epoll = watch(r->group);
  say_ready();
  if (linger == 0)
  {
    read_at_once(r);
  }
  else
  {
    read_with_linger(r, linger);
  }
}

static uint64_t now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void probe_delay(char** argv)
{
  struct live_board* const board = live_board_map(argv[1]);
  if (board == NULL)
  {
    fail(argv[1]);
  }
  const int group =
      fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME | FAN_CLOEXEC | FAN_NONBLOCK, 0);
  if (group < 0)
  {
    fail("fanotify_init");
  }
  if (fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN | FAN_EVENT_ON_CHILD, AT_FDCWD, argv[0]) != 0)
  {
    fail("fanotify_mark");
  }
  const int epoll = watch(group);
  say_ready();
  for (;;)
  {
    _Alignas(struct fanotify_event_metadata) char buffer[4096];
    wait_for_events(epoll);
    ssize_t length = read(group, buffer, sizeof buffer);
    const struct fanotify_event_metadata* event = (const void*)buffer;
    for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length))
    {
      __atomic_store_n(&board->handled_at, now(), __ATOMIC_RELEASE);
    }
  }
}

int main(int argc, char** argv)
{
  if (argc == 8 && strcmp(argv[1], "storm") == 0)
  {
    read_storm(argv + 2);
  }
  else if (argc == 4 && strcmp(argv[1], "delay") == 0)
  {
    probe_delay(argv + 2);
  }
  else
  {
    puts(
        "usage: fanio_raw_live storm ROOT opens|names BOARD paths|no-paths BUFFER_BYTES LINGER_US\n"
        "       fanio_raw_live delay DIRECTORY BOARD");
  }
  return EXIT_FAILURE;
}

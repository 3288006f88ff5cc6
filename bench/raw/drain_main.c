/* Watches a directory and tells after each read what has been seen so far:
 *
 *   drain KIND DIRECTORY
 *
 * Files that are opened or made there are seen; KIND is one of those of drain.h. */
#define _GNU_SOURCE
#include "drain.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sys/fanotify.h>
#include <unistd.h>

enum
{
  buffer_size = 4096
};

static int usage(void)
{
  fprintf(stderr, "usage: drain KIND DIRECTORY\nKinds:");
  for (const struct drain_kind* kind = drain_find_kind(NULL); kind->name != NULL; ++kind)
  {
    fprintf(stderr, " %s", kind->name);
  }
  fprintf(stderr, "\n");
  return 2;
}

static int fail(const char* what)
{
  fprintf(stderr, "drain: %s: %s\n", what, strerror(errno));
  return 1;
}

static int tell_for_ever(struct drain* d, drain_function* run)
{
  while (run(d, 1) == 0)
  {
    const struct drain_sums* s = &d->sums;
    printf("%" PRIu64 " events, %" PRIu64 " overflows, %" PRIu64 " descriptors, %" PRIu64
           " bytes of names, handles or paths\n",
           s->events, s->overflows, s->descriptors, s->bytes);
    fflush(stdout);
  }
  return fail("read");
}

int main(int argc, char* argv[])
{
  const struct drain_kind* kind = argc == 3 ? drain_find_kind(argv[1]) : NULL;
  if (kind == NULL)
  {
    return usage();
  }
  const char* directory = argv[2];
  const int group = fanotify_init(kind->init_flags | FAN_CLOEXEC, O_RDONLY | O_LARGEFILE);
  if (group < 0)
  {
    return fail("fanotify_init");
  }
  if (fanotify_mark(group, FAN_MARK_ADD, kind->mask | FAN_EVENT_ON_CHILD, AT_FDCWD, directory) != 0)
  {
    return fail("fanotify_mark");
  }
  struct drain d;
  if (drain_begin(&d, group, buffer_size, directory) != 0)
  {
    return fail(directory);
  }
  const int status = tell_for_ever(&d, kind->run);
  drain_end(&d);
  close(group);
  return status;
}

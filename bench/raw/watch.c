/* Prints the paths of what is made, one a line:
 *
 *   raw_watch [-d] [-k] [-l MICROSECONDS] DIRECTORY
 *
 * -d   by a mark on each directory below this one, instead of one on its filesystem
 * -k   knows the paths of all directories below this one before it says that it is ready; without,
 *      each is asked for when there is something in it
 * -l   linger: waits so long after a wake-up before it reads, so that it reads more at once
 *
 * It asks for the events that fanio asks for. An event tells the handle of the directory and the
 * name in it. When a directory was renamed or removed, all paths are forgotten. This is what there
 * is to do at least: with -d, directories that are made later are not watched. */
#define _GNU_SOURCE
#include "directory_cache.h"
#include "newer_flags.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sys/prctl.h>
#include <sys/vfs.h>
#include <unistd.h>

enum
{
  buffer_size = 256 * 1024, /* as fanio watch */
  many_events = 4 /* so many in a read, and the next are taken to be there already */
};

static const unsigned long long gone_events = FAN_DELETE | FAN_DELETE_SELF | FAN_MOVE_SELF;

static int group;
static struct directory_cache* directories;
static int marks_each;
static int knows_all;
static __kernel_fsid_t filesystem; /* as events tell it */

static void check(int is_good, const char* what)
{
  if (!is_good)
  {
    fprintf(stderr, "raw_watch: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
  }
}

/* FAN_REPORT_DFID_NAME: the handle is that of the directory, and the name is behind it. */
static void print_path(const struct fanotify_event_info_fid* info)
{
  const struct file_handle* handle = (const void*)info->handle;
  const struct directory_path directory = directory_cache_find(directories, info);
  if (directory.bytes != NULL) /* or it is gone */
  {
    fwrite_unlocked(directory.bytes, 1, directory.length, stdout);
    putchar_unlocked('/');
    fputs_unlocked((const char*)handle->f_handle + handle->handle_bytes, stdout);
    putchar_unlocked('\n');
  }
}

static void look_at(const struct fanotify_event_metadata* event)
{
  const int is_lossy = (event->mask & FAN_Q_OVERFLOW) != 0;
  const int is_moved =
      event->mask & FAN_ONDIR && event->mask & (gone_events | FAN_RENAME | FAN_MOVE);
  if (is_lossy)
  {
    puts("overflow: events are lost");
  }
  if (is_lossy || is_moved)
  {
    directory_cache_forget(directories);
  }
  if (event->mask & FAN_CREATE)
  {
    print_path((const void*)(event + 1));
  }
}

static void mark(unsigned flags, unsigned long long mask, const char* path)
{
  check(fanotify_mark(group, FAN_MARK_ADD | flags, mask, AT_FDCWD, path) == 0, path);
}

/* Remembers a path under the record that events will have. */
static void remember(const char* path)
{
  struct
  {
    struct fanotify_event_info_fid info;
    char handle[sizeof(struct file_handle) + MAX_HANDLE_SZ];
  } record = {.info = {.fsid = filesystem}};
  struct file_handle* handle = (void*)record.info.handle;
  int mount = 0;
  handle->handle_bytes = MAX_HANDLE_SZ;
  check(name_to_handle_at(AT_FDCWD, path, handle, &mount, 0) == 0, path);
  check(directory_cache_put(directories, &record.info, path) == 0, path);
}

static int visit(const char* path, const struct stat* status, int type, struct FTW* where)
{
  (void)status;
  (void)where;
  if (type == FTW_D && marks_each)
  {
    mark(FAN_MARK_ONLYDIR,
         FAN_CREATE | gone_events | FAN_MOVE | FAN_ONDIR | FAN_EVENT_ON_CHILD, path);
  }
  if (type == FTW_D && knows_all)
  {
    remember(path);
  }
  return 0;
}

static int make_group(unsigned flags)
{
  return fanotify_init(FAN_REPORT_DFID_NAME | FAN_REPORT_FID | FAN_REPORT_TARGET_FID | FAN_CLOEXEC |
                           flags,
                       O_RDONLY | O_CLOEXEC);
}

static void start(const char* path)
{
  group = make_group(FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS);
  if (group < 0 && errno == EPERM) /* an ordinary user's */
  {
    group = make_group(0);
  }
  check(group >= 0, "fanotify_init");
  directories = directory_cache_make(path);
  check(directories != NULL, path);
  struct statfs about;
  check(statfs(path, &about) == 0, path);
  memcpy(&filesystem, &about.f_fsid, sizeof filesystem);
  if (!marks_each)
  {
    mark(FAN_MARK_FILESYSTEM, FAN_CREATE | gone_events | FAN_RENAME | FAN_ONDIR, path);
  }
  if (marks_each || knows_all)
  {
    check(nftw(path, visit, 64, FTW_PHYS | FTW_MOUNT) == 0, path);
  }
  fputs("Watches established.\n", stderr);
}

/* Sleeps end when they are over, and not with others (50 us later: timerfds have no slack). */
static void sleep_exactly(void)
{
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
}

static void wait_for_events(void)
{
  struct pollfd queue = {.fd = group, .events = POLLIN};
  check(poll(&queue, 1, -1) > 0, "poll");
}

static int read_events(void)
{
  static char buffer[buffer_size] __attribute__((aligned(8)));
  int events = 0;
  ssize_t length = read(group, buffer, sizeof buffer);
  check(length > 0 || errno == EAGAIN, "read");
  const struct fanotify_event_metadata* event = (const void*)buffer;
  for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length))
  {
    look_at(event);
    ++events;
  }
  check(fflush(stdout) == 0, "write");
  return events;
}

static void read_at_once(void)
{
  for (;;)
  {
    read_events();
  }
}

/* Where the last read brought many events, it does not wait to be woken first: with the linger more
 * will be there, and the workload has nobody to wake. */
static void read_with_linger(long microseconds)
{
  const struct timespec time = {.tv_nsec = microseconds * 1000};
  check(fcntl(group, F_SETFL, O_NONBLOCK) == 0, "fcntl");
  sleep_exactly();
  for (int events = 0;;)
  {
    if (events < many_events)
    {
      wait_for_events();
    }
    nanosleep(&time, NULL);
    events = read_events();
  }
}

int main(int argc, char** argv)
{
  static char lines[4 * buffer_size];
  long lingers = 0;
  int is_understood = 1;
  for (int option; (option = getopt(argc, argv, "dkl:")) != -1;)
  {
    marks_each |= option == 'd';
    knows_all |= option == 'k';
    lingers = option == 'l' ? atol(optarg) : lingers;
    is_understood &= option != '?';
  }
  if (!is_understood || optind + 1 != argc || lingers < 0 || lingers >= 1000000)
  {
    fprintf(stderr, "usage: raw_watch [-d] [-k] [-l MICROSECONDS] DIRECTORY\n");
    return 2;
  }
  setvbuf(stdout, lines, _IOFBF, sizeof lines); /* one write(2) for what was read at once */
  start(argv[optind]);
  lingers > 0 ? read_with_linger(lingers) : read_at_once();
}

/* Prints the paths of files that are made, one a line:
 *
 *   raw_watch [-d] [-l MICROSECONDS] DIRECTORY
 *
 * -d   by a mark on each directory below this one, instead of one on its filesystem
 * -l   linger: waits so long after a wake-up before it reads, so that it reads more at once
 *
 * An event tells the handle of the directory and the name in it; the path of each directory is
 * asked for once. This is what there is to do at least: directories that are made or renamed
 * meanwhile are not followed. */
#define _GNU_SOURCE
#include "path_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <unistd.h>

enum
{
  buffer_size = 256 * 1024 /* as fanio watch */
};

static int group;
static int filesystem; /* any descriptor on it, which open_by_handle_at(2) wants */
static struct path_cache* directories;

static void check(int is_good, const char* what)
{
  if (!is_good)
  {
    fprintf(stderr, "raw_watch: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
  }
}

static ssize_t ask_path(struct file_handle* handle, char* path, size_t size)
{
  const int fd = open_by_handle_at(filesystem, handle, O_PATH | O_CLOEXEC);
  if (fd < 0)
  {
    return -1;
  }
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, size);
  close(fd);
  return length;
}

/* NULL if it is gone. */
static const struct cached_path* path_of(struct fanotify_event_info_fid* info)
{
  const struct cached_path* known = path_cache_find(directories, info);
  char path[PATH_MAX];
  ssize_t length = 0;
  if (known == NULL && (length = ask_path((void*)info->handle, path, sizeof path)) > 0)
  {
    known = path_cache_put(directories, info, path, (size_t)length);
    check(known != NULL, "remembering a path");
  }
  return known;
}

static void print(const struct fanotify_event_metadata* event)
{
  if (event->mask & FAN_Q_OVERFLOW)
  {
    puts("overflow: events are lost");
    return;
  }
  /* FAN_REPORT_DFID_NAME: the handle is that of the directory, and the name is behind it. */
  struct fanotify_event_info_fid* info = (void*)(event + 1);
  const struct file_handle* handle = (const void*)info->handle;
  const struct cached_path* directory = path_of(info);
  if (directory != NULL)
  {
    fwrite_unlocked(directory->bytes, 1, directory->length, stdout);
    putchar_unlocked('/');
    fputs_unlocked((const char*)handle->f_handle + handle->handle_bytes, stdout);
    putchar_unlocked('\n');
  }
}

/* Sleeps end when they are over, and not with others (50 us later). */
static void sleep_exactly(void)
{
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
}

static void linger(long microseconds)
{
  struct pollfd queue = {.fd = group, .events = POLLIN};
  const struct timespec time = {.tv_nsec = microseconds * 1000};
  check(poll(&queue, 1, -1) > 0, "poll");
  nanosleep(&time, NULL);
}

static void mark(unsigned flags, unsigned long long mask, const char* path)
{
  check(fanotify_mark(group, FAN_MARK_ADD | flags, mask, AT_FDCWD, path) == 0, path);
}

static int mark_directory(const char* path, const struct stat* status, int type, struct FTW* where)
{
  (void)status;
  (void)where;
  if (type == FTW_D)
  {
    mark(FAN_MARK_ONLYDIR, FAN_CREATE | FAN_EVENT_ON_CHILD, path);
  }
  return 0;
}

static void start(const char* path, int marks_each)
{
  group = fanotify_init(FAN_REPORT_DFID_NAME | FAN_UNLIMITED_QUEUE | FAN_CLOEXEC, O_RDONLY);
  check(group >= 0, "fanotify_init");
  filesystem = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  check(filesystem >= 0, path);
  directories = path_cache_new();
  check(directories != NULL, "a cache of paths");
  if (marks_each)
  {
    check(nftw(path, mark_directory, 64, FTW_PHYS | FTW_MOUNT) == 0, path);
  }
  else
  {
    mark(FAN_MARK_FILESYSTEM, FAN_CREATE, path);
  }
  fputs("Watches established.\n", stderr);
}

static void read_for_ever(long lingers)
{
  static char buffer[buffer_size] __attribute__((aligned(8)));
  for (;;)
  {
    if (lingers > 0)
    {
      linger(lingers);
    }
    ssize_t length = read(group, buffer, sizeof buffer);
    check(length > 0, "read");
    const struct fanotify_event_metadata* event = (const void*)buffer;
    for (; FAN_EVENT_OK(event, length); event = FAN_EVENT_NEXT(event, length))
    {
      print(event);
    }
    check(fflush(stdout) == 0, "write");
  }
}

int main(int argc, char** argv)
{
  static char lines[4 * buffer_size];
  int marks_each = 0;
  long lingers = 0;
  int is_understood = 1;
  for (int option; (option = getopt(argc, argv, "dl:")) != -1;)
  {
    marks_each |= option == 'd';
    lingers = option == 'l' ? atol(optarg) : lingers;
    is_understood &= option != '?';
  }
  if (!is_understood || optind + 1 != argc || lingers < 0 || lingers >= 1000000)
  {
    fprintf(stderr, "usage: raw_watch [-d] [-l MICROSECONDS] DIRECTORY\n");
    return 2;
  }
  setvbuf(stdout, lines, _IOFBF, sizeof lines); /* one write(2) for what was read at once */
  start(argv[optind], marks_each);
  sleep_exactly();
  read_for_ever(lingers);
}

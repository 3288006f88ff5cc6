#define _GNU_SOURCE
#include "ask_path.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* With O_PATH nothing is really opened, which would be an event again. The kernel does not write to
 * the handle. */
static int open_object(const struct drain* d, const struct file_handle* handle)
{
  return open_by_handle_at(d->filesystem, (struct file_handle*)handle, O_PATH | O_CLOEXEC);
}

static ssize_t close_after(int fd, ssize_t length)
{
  const int error = errno;
  close(fd);
  errno = error;
  return length;
}

ssize_t ask_path(const struct drain* d, const struct file_handle* handle, char* path, size_t size)
{
  const int fd = open_object(d, handle);
  if (fd < 0)
  {
    return -1;
  }
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  return close_after(fd, readlink(link, path, size));
}

ssize_t ask_path_at(const struct drain* d, const struct file_handle* handle, char* path,
                    size_t size)
{
  const int fd = open_object(d, handle);
  if (fd < 0)
  {
    return -1;
  }
  char link[16];
  snprintf(link, sizeof link, "%d", fd);
  return close_after(fd, readlinkat(d->descriptors, link, path, size));
}

// Prints the names of what is made in a directory: the bare system calls.

#define _GNU_SOURCE

#include <fcntl.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <unistd.h>

int main(int argc, char** argv)
{
  char buffer[65536] __attribute__((aligned(8)));
  const int group = fanotify_init(FAN_REPORT_DFID_NAME, O_RDONLY);
  fanotify_mark(group, FAN_MARK_ADD, FAN_CREATE | FAN_EVENT_ON_CHILD, AT_FDCWD, argv[argc - 1]);
  for (ssize_t length; (length = read(group, buffer, sizeof buffer)) > 0;)
  {
    const struct fanotify_event_metadata* e = (const void*)buffer;
    for (; FAN_EVENT_OK(e, length); e = FAN_EVENT_NEXT(e, length))
    {
      const struct fanotify_event_info_fid* info = (const void*)(e + 1);
      const struct file_handle* handle = (const void*)info->handle;
      puts((const char*)handle->f_handle + handle->handle_bytes);
    }
  }
}

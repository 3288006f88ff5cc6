/* The path of an object by its handle. */
#ifndef FANIO_BENCH_RAW_ASK_PATH_H
#define FANIO_BENCH_RAW_ASK_PATH_H

#include "drain.h"

#include <fcntl.h>
#include <sys/types.h>

/* Opens the object and reads the link of the descriptor in /proc/self/fd: by readlink(2) with the
 * whole path of the link; by readlinkat(2) in the directory that is kept open. Gives the length of
 * the path, without a null byte at its end, or -1 and errno. */
ssize_t ask_path(const struct drain* d, const struct file_handle* handle, char* path, size_t size);
ssize_t ask_path_at(const struct drain* d, const struct file_handle* handle, char* path,
                    size_t size);

#endif

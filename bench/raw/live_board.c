#include "live_board.h"

#include <stddef.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

struct live_board* live_board_map(const char* path)
{
  const int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0)
  {
    return NULL;
  }
  void* const memory =
      mmap(NULL, sizeof(struct live_board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  return memory == MAP_FAILED ? NULL : memory;
}

void live_board_show(struct live_board* board, const struct live_counts* counts)
{
  struct live_counts* const to = &board->counts;
  __atomic_store_n(&to->events, counts->events, __ATOMIC_RELAXED);
  __atomic_store_n(&to->masks, counts->masks, __ATOMIC_RELAXED);
  __atomic_store_n(&to->path_bytes, counts->path_bytes, __ATOMIC_RELAXED);
  __atomic_store_n(&to->reads, counts->reads, __ATOMIC_RELAXED);
  __atomic_store_n(&to->overflows, counts->overflows, __ATOMIC_RELAXED);
  __atomic_store_n(&to->unresolved, counts->unresolved, __ATOMIC_RELAXED);
  __atomic_store_n(&to->allocations, counts->allocations, __ATOMIC_RELAXED);
  __atomic_store_n(&to->changes, counts->changes, __ATOMIC_RELEASE);
}

struct live_counts live_board_read(const struct live_board* board)
{
  const struct live_counts* const from = &board->counts;
  struct live_counts counts;
  counts.changes = __atomic_load_n(&from->changes, __ATOMIC_ACQUIRE);
  counts.events = __atomic_load_n(&from->events, __ATOMIC_RELAXED);
  counts.masks = __atomic_load_n(&from->masks, __ATOMIC_RELAXED);
  counts.path_bytes = __atomic_load_n(&from->path_bytes, __ATOMIC_RELAXED);
  counts.reads = __atomic_load_n(&from->reads, __ATOMIC_RELAXED);
  counts.overflows = __atomic_load_n(&from->overflows, __ATOMIC_RELAXED);
  counts.unresolved = __atomic_load_n(&from->unresolved, __ATOMIC_RELAXED);
  counts.allocations = __atomic_load_n(&from->allocations, __ATOMIC_RELAXED);
  return counts;
}

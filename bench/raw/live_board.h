#pragma once

/* What a reader tells while it runs: numbers in memory that it shares with who measures it. So it
 * is asked nothing, and makes no system call to answer. */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct live_counts
{
  uint64_t events;     /* as read; the kernel merges what waits */
  uint64_t changes;    /* bits of their masks: what happened, merged or not; not of directories */
  uint64_t masks;      /* the sum of these */
  uint64_t path_bytes; /* the lengths of the paths, each counted once a change */
  uint64_t reads;      /* read(2) calls that brought events */
  uint64_t overflows;
  uint64_t unresolved;  /* events without a path */
  uint64_t allocations; /* of memory, so far, where the program counts them */
};

struct live_board
{
  struct live_counts counts;

  /* CLOCK_MONOTONIC, when the handler had the event; 0 is written by who waits for it. */
  uint64_t handled_at;
};

/* The board in an open file of at least its size, which may be given as /proc/PID/fd/N. NULL, and
 * errno, on failure. */
struct live_board* live_board_map(const char* path);

/* The number of changes is what others wait for: it is written last, and read first. */
void live_board_show(struct live_board* board, const struct live_counts* counts);
struct live_counts live_board_read(const struct live_board* board);

#ifdef __cplusplus
}
#endif

#pragma once

/* What the responders share. A process that opens a file of a marked mount waits until the group
   says whether it may; these allow everything. How each of them waits, and in how many system
   calls it answers, is in respond_*.c. */

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum
{
  responder_buffer_bytes = 4096,

  /* An event of a permission group is its metadata alone. */
  responder_event_bytes = 24,
  responder_max_events = responder_buffer_bytes / responder_event_bytes
};

struct responder
{
  int group;
  unsigned
      ignore; /* How an object is marked with its first answer, to be asked for no more; or 0. */
  uint64_t answered;
  alignas(8) char events[responder_buffer_bytes];
};

/* Opens a group, marks the mount of a path, and says "ready". `init_flags` are added to those of
   every responder: FAN_NONBLOCK or 0. The command line is
     PROGRAM [--keep | --keep-evictable] PATH
   Ends the process if something fails. */
void responder_open(struct responder* r, int argc, char** argv, unsigned init_flags);

/* Says "answered N". Returns the exit status. */
int responder_report(const struct responder* r);

/* Whether SIGTERM has come. It interrupts the system call that waits. */
bool responder_is_stopped(void);

/* Reads what there is. Returns how many bytes; 0 if there is nothing, or SIGTERM has come. */
size_t responder_read(struct responder* r);

/* Allows each event, with a write(2) of its own, and closes its descriptor. */
void responder_allow_each(struct responder* r, size_t bytes);

/* Allows all by one writev(2), and closes their descriptors. */
void responder_allow_all(struct responder* r, size_t bytes);

/* The parts of both: the descriptor of an event that waits for an answer; what is to be done before
   the answer. */
struct fanotify_event_metadata;
int responder_request(const struct fanotify_event_metadata* event);
void responder_keep(const struct responder* r, int fd);

/* Ends the process with what failed, by errno. */
__attribute__((noreturn)) void responder_fail(const char* what);

#ifdef __cplusplus
}
#endif

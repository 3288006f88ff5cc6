#define _GNU_SOURCE /* O_LARGEFILE */
#include "respond.h"

#include "newer_flags.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

_Static_assert(sizeof(struct fanotify_event_metadata) == responder_event_bytes, "fanotify(7)");

static volatile sig_atomic_t is_stopped;

/* A signal that comes between the look at is_stopped and the system call interrupts nothing. So it
   comes again, every 10 ms, until it has interrupted one. */
static void stop(int number)
{
  (void)number;
  const struct itimerval again = {{0, 10000}, {0, 10000}};
  is_stopped = 1;
  setitimer(ITIMER_REAL, &again, NULL);
}

static void listen_to_signals(void)
{
  struct sigaction action;
  memset(&action, 0, sizeof action); /* no SA_RESTART: system calls are to be interrupted */
  action.sa_handler = stop;
  if (sigaction(SIGTERM, &action, NULL) != 0 || sigaction(SIGALRM, &action, NULL) != 0)
    responder_fail("sigaction");
}

static const char* read_command_line(struct responder* r, int argc, char** argv)
{
  /* One after a modification is kept, too: FAN_MARK_IGNORE alone ends with the first write. */
  if (argc == 3 && strcmp(argv[1], "--keep") == 0)
    r->ignore = FAN_MARK_IGNORE_SURV;
  else if (argc == 3 && strcmp(argv[1], "--keep-evictable") == 0)
    r->ignore = FAN_MARK_IGNORE_SURV | FAN_MARK_EVICTABLE;
  else if (argc != 2)
  {
    fprintf(stderr, "usage: %s [--keep | --keep-evictable] PATH\n", argv[0]);
    exit(2);
  }
  return argv[argc - 1];
}

void responder_open(struct responder* r, int argc, char** argv, unsigned init_flags)
{
  memset(r, 0, sizeof *r);
  const char* const path = read_command_line(r, argc, argv);
  listen_to_signals();
  /* A queue with a limit lets accesses pass unasked when it is full. */
  const unsigned flags = FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_UNLIMITED_QUEUE | init_flags;
  const unsigned files = O_RDONLY | O_LARGEFILE | O_CLOEXEC;
  r->group = fanotify_init(flags | FAN_REPORT_FD_ERROR, files);
  if (r->group < 0 && errno == EINVAL) /* an older kernel's */
    r->group = fanotify_init(flags, files);
  if (r->group < 0)
    responder_fail("fanotify_init");
  if (fanotify_mark(r->group, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_OPEN_PERM, AT_FDCWD, path) != 0)
    responder_fail(path);
  puts("ready");
  fflush(stdout);
}

int responder_report(const struct responder* r)
{
  close(r->group); /* who is still waiting is let through by the kernel */
  printf("answered %" PRIu64 "\n", r->answered);
  return fflush(stdout) == 0 ? 0 : 1;
}

bool responder_is_stopped(void)
{
  return is_stopped != 0;
}

size_t responder_read(struct responder* r)
{
  const ssize_t bytes = read(r->group, r->events, sizeof r->events);
  if (bytes < 0 && errno != EAGAIN && errno != EINTR)
    responder_fail("read");
  return bytes < 0 ? 0 : (size_t)bytes;
}

int responder_request(const struct fanotify_event_metadata* event)
{
  if (event->vers != FANOTIFY_METADATA_VERSION)
  {
    fputs("this kernel's events have another format\n", stderr);
    exit(1);
  }
  /* No descriptor: it could not be made, and the kernel has denied the access itself. */
  return (event->mask & FAN_OPEN_PERM) != 0 ? event->fd : FAN_NOFD;
}

/* The mark comes before the answer: afterwards the asker could open the file again, and ask. */
void responder_keep(const struct responder* r, int fd)
{
  if (r->ignore != 0 && fanotify_mark(r->group, FAN_MARK_ADD | r->ignore, FAN_OPEN_PERM, fd, NULL))
    responder_fail("fanotify_mark");
}

void responder_allow_each(struct responder* r, size_t bytes)
{
  size_t left = bytes;
  for (struct fanotify_event_metadata* event = (void*)r->events; FAN_EVENT_OK(event, left);
       event = FAN_EVENT_NEXT(event, left))
  {
    const struct fanotify_response answer = {responder_request(event), FAN_ALLOW};
    if (answer.fd < 0)
      continue;
    responder_keep(r, answer.fd);
    if (write(r->group, &answer, sizeof answer) != sizeof answer)
      responder_fail("write");
    ++r->answered;
    close(answer.fd); /* not before: the kernel knows the request by this number */
  }
}

void responder_fail(const char* what)
{
  perror(what);
  exit(1);
}

void responder_allow_all(struct responder* r, size_t bytes)
{
  struct fanotify_response answers[responder_max_events];
  struct iovec parts[responder_max_events];
  int count = 0;
  size_t left = bytes;
  for (struct fanotify_event_metadata* event = (void*)r->events; FAN_EVENT_OK(event, left);
       event = FAN_EVENT_NEXT(event, left))
  {
    const int fd = responder_request(event);
    if (fd < 0)
      continue;
    responder_keep(r, fd);
    answers[count] = (struct fanotify_response){fd, FAN_ALLOW};
    /* A part each: the kernel takes one answer from a write. */
    parts[count] = (struct iovec){&answers[count], sizeof answers[count]};
    ++count;
  }
  if (count == 0)
    return;
  if (writev(r->group, parts, count) != count * (ssize_t)sizeof answers[0])
    responder_fail("writev");
  r->answered += (unsigned)count;
  for (int i = 0; i < count; ++i)
    close(answers[i].fd);
}

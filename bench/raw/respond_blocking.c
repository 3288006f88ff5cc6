/* The simplest responder: it sleeps in read(2). */

#include "respond.h"

int main(int argc, char** argv)
{
  struct responder r;
  responder_open(&r, argc, argv, 0);
  while (!responder_is_stopped())
    responder_allow_each(&r, responder_read(&r));
  return responder_report(&r);
}

#include <fanio/basic_fanotify_handle.hpp>

void case_of(fanio::fanotify_handle& group, int fd)
{
  group.respond(fd, fanio::response::allow());
}

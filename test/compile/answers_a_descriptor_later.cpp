#include <fanio/basic_fanotify_handle.hpp>

void case_of(fanio::fanotify_handle& group, int fd)
{
  group.async_respond(fd, fanio::response::allow(), [](fanio::error_code) {});
}

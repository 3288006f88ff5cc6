#include <fanio/basic_fanotify_handle.hpp>

void case_of(fanio::fanotify_handle& group, const fanio::event& e)
{
  group.respond(e, true);
}

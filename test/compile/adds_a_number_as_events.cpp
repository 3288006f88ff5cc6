#include <fanio/basic_fanotify_handle.hpp>

void case_of(fanio::fanotify_handle& group)
{
  group.add_mark("/srv", 0x20);
}

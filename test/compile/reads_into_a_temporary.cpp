#include <fanio/basic_fanotify_handle.hpp>

void case_of(fanio::fanotify_handle& group)
{
  group.async_read_events(fanio::event_buffer(), [](fanio::error_code, fanio::event_range) {});
}

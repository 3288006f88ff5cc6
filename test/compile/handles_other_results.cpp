#include <fanio/basic_fanotify_handle.hpp>

#include <cstddef>

void case_of(fanio::fanotify_handle& group, fanio::event_buffer& buffer)
{
  group.async_read_events(buffer, [](fanio::error_code, std::size_t) {});
}

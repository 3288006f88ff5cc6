#include <fanio/async_for_each.hpp>

#include <string>

void case_of(fanio::fanotify_handle& group)
{
  fanio::async_for_each(
      group, [](fanio::event_view) { return std::string(); }, [](std::exception_ptr) {});
}

#include <fanio/basic_fanotify_handle.hpp>

fanio::fanotify_handle case_of(const fanio::fanotify_handle& group)
{
  return group;
}

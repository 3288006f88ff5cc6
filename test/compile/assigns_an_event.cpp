#include <fanio/event.hpp>

void case_of(fanio::event& to, const fanio::event& from)
{
  to = from;
}

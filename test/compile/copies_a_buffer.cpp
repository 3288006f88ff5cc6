#include <fanio/event_buffer.hpp>

fanio::event_buffer case_of(const fanio::event_buffer& buffer)
{
  return buffer;
}

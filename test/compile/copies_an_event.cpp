#include <fanio/event.hpp>

fanio::event case_of(const fanio::event& e)
{
  return e;
}

#include "counted.hpp"

// In a file of its own, so that it is called and not inlined.
void fanio_counted(const std::function<void()>& work)
{
  work();
}

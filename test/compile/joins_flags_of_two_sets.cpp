#include <fanio/event_mask.hpp>
#include <fanio/mark_flags.hpp>

const auto flags = fanio::event_mask::open | fanio::mark_flags::add;

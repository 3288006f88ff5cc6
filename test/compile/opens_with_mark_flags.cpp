#include <fanio/group_options.hpp>
#include <fanio/mark_flags.hpp>

const fanio::group_options options{.flags = fanio::mark_flags::evictable};

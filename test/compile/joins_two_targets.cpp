#include <fanio/mark_flags.hpp>

const auto target = fanio::mark_target::mount | fanio::mark_target::filesystem;

#pragma once

#include <fanio/resolve/path_resolver.hpp>

#include <cstddef>

namespace fanio::bench {

/// Makes the directories of synthetic events known: so many, each below the one before, four deep.
/// *Errors*: throws std::system_error.
void learn_directories(resolve::path_resolver& resolver, std::size_t count);

} // namespace fanio::bench

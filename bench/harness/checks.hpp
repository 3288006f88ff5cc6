#pragma once

#include "machine.hpp"

#include <string>
#include <vector>

namespace fanio::bench {

/// Raises what may be raised, and makes sure that cases can run here: the right to make mounts and
/// groups that ask for permission, descriptors, memory. *Errors*: throws std::runtime_error, which
/// says what is missing and what to do. Returns what is lower than is good for the figures.
[[nodiscard]] std::vector<std::string> check_machine(const machine& here);

} // namespace fanio::bench

#pragma once

#include <string>

namespace fanio::tool {

/// Tries on this kernel what a program that uses fanio relies on, and prints a table: what holds,
/// what differs, and what could not be tried and why. In a new directory below `directory`, which
/// is removed again; nothing else is marked. Returns whether nothing differed.
///
/// *Errors*: throws where that directory can't be made, or standard output not be written.
bool self_test(const std::string& directory, bool as_json);

} // namespace fanio::tool

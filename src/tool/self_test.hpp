#pragma once

#include <string>

namespace fanio::tool {

/// Tries on this kernel what a program that uses fanio relies on, and prints a table: what holds,
/// what differs, and what could not be tried and why. In a new directory below `directory`, which
/// is removed again, also when a signal ends this process; nothing else is marked.
///
/// Returns the exit status: 0 if nothing differed, 1 if something did, 2 if it could not be tried,
/// which is told on standard error.
///
/// *Errors*: throws where it could not be begun: that directory can't be made, or there are no
/// descriptors left.
[[nodiscard]] int self_test(const std::string& directory, bool as_json);

} // namespace fanio::tool

#pragma once

#include <exception>

namespace fanio::tool {

/// A message for the user that says what to do, where the error is the limit of open files; else
/// the error itself.
[[nodiscard]] std::exception_ptr explained(const std::exception_ptr& error);

} // namespace fanio::tool

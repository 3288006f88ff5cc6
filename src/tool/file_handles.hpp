#pragma once

#include <fanio/error.hpp>
#include <fanio/file_handle.hpp>

#include <string>

namespace fanio::tool {

/// The file handle of what a path leads to, the same as events carry (name_to_handle_at(2)).
///
/// *Errors*: those of name_to_handle_at(2) and statfs(2).
[[nodiscard]] file_handle handle_of(const std::string& path, error_code& ec);

} // namespace fanio::tool

#pragma once

#include <string>
#include <string_view>

namespace fanio::tool {

// Names of files and processes are bytes, chosen by whoever made them.

/// The bytes as text of one line that does nothing to a terminal: control characters, line
/// separators, and what is not UTF-8 become \x0a, byte by byte. So does the backslash, so that the
/// text still says which bytes they were.
[[nodiscard]] std::string escape(std::string_view bytes);

/// Whether the bytes are UTF-8 and so can stand in JSON.
[[nodiscard]] bool is_utf8(std::string_view bytes) noexcept;

/// The bytes as UTF-8, with U+FFFD for each that is not.
[[nodiscard]] std::string replace_non_utf8(std::string_view bytes);

} // namespace fanio::tool

#pragma once

#include <filesystem>
#include <string_view>

namespace fanio::bench {

/// Tries whether `write_file` could write it: makes nothing that stays. *Errors*: throws
/// std::system_error.
void try_file(const std::filesystem::path& file);

/// Writes a file whole or not at all: under another name first, which then becomes its name. What
/// is no regular file, such as /dev/stdout, is written to. *Errors*: throws std::system_error.
void write_file(const std::filesystem::path& file, std::string_view text);

} // namespace fanio::bench
